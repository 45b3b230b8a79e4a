/** Throws an error in a separate Worker, and sends it to the Worker's creator. */
/// <reference lib="deno.worker" />
import { ReverieError } from "../../models/errors.ts";
import { line } from "../../models/line.ts";
import { toPlain } from "../../models/plain_error.ts";

function fail(): never {
  throw new ReverieError(
    "invalid_parameter",
    line`${{ field: "flowModel" }} ${{ path: "/data/a.pth" }}: it is empty`,
    {
      advice: [[{ remedy: "fetch", network: "raft-small" }], "take another one"],
      reason: "empty",
      retryAfter: 5,
      cause: new TypeError("nothing to read", { cause: new Error("end of file") }),
    },
  );
}

try {
  fail();
} catch (error) {
  self.postMessage(toPlain(error));
}
