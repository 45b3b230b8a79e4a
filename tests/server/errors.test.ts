import assert from "node:assert/strict";
import { join } from "node:path";
import { Hono } from "hono";
import { checkReadable } from "../../pipeline/ffmpeg/refusal.ts";
import { type ErrorCode, errorCodes, ReverieError } from "../../pipeline/errors.ts";
import { interruption } from "../../pipeline/ffmpeg/exit.ts";
import { saidBy } from "../../models/line.ts";
import { locate } from "../../pipeline/ffmpeg/locate.ts";
import { openPartial } from "../../pipeline/encode/destination.ts";
import { settle } from "../../pipeline/settings/settle.ts";
import { failureOf } from "../../pipeline/command_line/failure.ts";
import { openCacheFile } from "../../models/cache_file.ts";
import { readRaftWeights } from "../../models/flow/raft_weights.ts";
import { readNetworkFile } from "../../models/networks/open.ts";
import { asReverieError, bodyOf, clientLine } from "../../server/errors.ts";
import { errorResponse } from "../../server/http/error_response.ts";
import { withEnvironment } from "../environment.ts";

/** Every code with its HTTP status and its exit status. */
const ends: Record<ErrorCode, [status: number, exitCode: number]> = {
  invalid_parameter: [400, 2],
  invalid_request: [400, 2],
  unauthorized: [401, 2],
  forbidden: [403, 2],
  not_found: [404, 2],
  method_not_allowed: [405, 2],
  conflict: [409, 2],
  length_required: [411, 2],
  too_large: [413, 2],
  not_a_video: [415, 2],
  unusable_video: [422, 2],
  source_unreadable: [500, 2],
  too_many_requests: [429, 1],
  queue_full: [503, 1],
  busy: [503, 1],
  disk_full: [507, 1],
  ffmpeg_unusable: [500, 2],
  ffmpeg_killed: [500, 1],
  provider_unusable: [500, 2],
  output_unusable: [500, 2],
  cache_unusable: [500, 1],
  encoding_failed: [500, 1],
  download_unreachable: [500, 1],
  download_refused: [500, 1],
  download_interrupted: [500, 1],
  download_wrong: [500, 1],
  internal: [500, 1],
};

/** The response to an HTTP client when a route throws an error. */
async function overHttp(error: Error): Promise<{ status: number; body: unknown }> {
  const app = new Hono().onError((error, c) => errorResponse(error, c as never)).get("/", () => {
    throw error;
  });
  const response = await app.request("/");
  return { status: response.status, body: await response.json() };
}

Deno.test("every code ends a request with its status, and a command with its exit status and one line", async () => {
  assert.deepEqual(errorCodes.toSorted(), Object.keys(ends).toSorted());
  for (const code of errorCodes) {
    const error = new ReverieError(code, ["a ", { path: "/secret/file" }, " is\n wrong with ", {
      field: "flowModel",
    }], {
      advice: ["mend it"],
    });
    const [status, exitCode] = ends[code];
    const message = "a file is  wrong with flowModel: mend it";
    assert.deepEqual(await overHttp(error), {
      status,
      body: { error: { code, message, field: "flowModel" } },
    });
    const failure = failureOf(error);
    assert.equal(failure.message, "a /secret/file is wrong with --flow-model: mend it");
    assert.equal(failure.exitCode, exitCode);
  }
});

Deno.test("a defect's own words stay in the log", async () => {
  const { status, body } = await overHttp(new TypeError("secret internals"));
  assert.equal(status, 500);
  assert.deepEqual(body, { error: { code: "internal", message: "the server failed; its log says more" } });
  assert.match(
    String((asReverieError(new TypeError("secret internals")).cause as Error).stack),
    /secret internals/,
  );
});

Deno.test("a full disk is told by the system's code, whatever the message says", () => {
  const full = (error: object) => bodyOf(error).code;
  assert.equal(full(Object.assign(new Error("write"), { code: "ENOSPC" })), "disk_full");
  assert.equal(
    full(Object.assign(new Error("database or disk is full"), { code: "ERR_SQLITE_ERROR" })),
    "disk_full",
  );
  assert.equal(full(new Error("No space left on device")), "internal");
});

Deno.test("no body tells a path of the server, whatever failed", async () => {
  const folder = await Deno.makeTempDir({ prefix: "reverie-secret-" });
  const inside = (name: string) => join(folder, name);
  const attempts: Record<string, () => Promise<unknown>> = {
    "a source that is gone": () => checkReadable(inside("none.mp4")),
    "a source that is a folder": () => checkReadable(inside("folder")),
    "weights that are gone": () => readRaftWeights(inside("none.pth")),
    "weights that are broken": () => readRaftWeights(inside("broken.pth")),
    "a network that is gone": () => readNetworkFile(inside("none.onnx")),
    "a network that is broken": () => readNetworkFile(inside("broken.pth")),
    "a network that is a folder": () => readNetworkFile(inside("folder")),
    "a cache that is a file": () => openCacheFile(inside("broken.pth/a/b")),
    "an output without a folder": () => openPartial(inside("none/a.mp4")),
    "an ffmpeg that does not run": () =>
      withEnvironment({ FFMPEG_PATH: inside("ffmpeg") }, async () => void await locate("ffmpeg")),
  };
  try {
    await Deno.mkdir(inside("folder"));
    await Deno.writeTextFile(inside("broken.pth"), "<html>");
    for (const [what, attempt] of Object.entries(attempts)) {
      const error = await attempt().then(() => assert.fail(what), (error) => error);
      assert.ok(error instanceof ReverieError, `${what}: ${error}`);
      assert.doesNotMatch(JSON.stringify(bodyOf(error)), /secret-|\/tmp/, what);
      assert.match(failureOf(error).message, /reverie-secret-/, `${what}: who sits here is told where it is`);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("a note about a cache that cannot be written to names no folder to clients", async () => {
  const folder = await Deno.makeTempDir({ prefix: "reverie-secret-" });
  try {
    await Deno.mkdir(join(folder, "networks"));
    await Deno.writeTextFile(join(folder, "networks", "inception-v3.onnx"), "");
    // A file blocks the path of the folder for its parts.
    await Deno.writeTextFile(join(folder, "networks", "googlenet.onnx.parts"), "");
    await withEnvironment({ REVERIE_CACHE: folder, REVERIE_MIRROR: "http://127.0.0.1:9" }, async () => {
      const { notes: [note] } = await settle({ given: {} });
      assert.match(
        clientLine(note!),
        /^googlenet is not here and cannot be fetched \(cannot write to the cache folder/,
      );
      assert.doesNotMatch(clientLine(note!), /secret-|models (pull|add)/);
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("clients are told in one line that the server lacks descriptors or files, and nothing that ffmpeg says", async () => {
  const told = (error: unknown) => {
    const { code, message } = bodyOf(error);
    return `${code}: ${message}`;
  };
  const emfile = Object.assign(new Error("Too many open files (os error 24): open '/data/x'"), {
    code: "EMFILE",
  });
  assert.equal(told(emfile), "busy: the server has too many open files and connections: try again later");
  const gone = await Deno.open("/nowhere/at/all").catch((error) => error);
  assert.equal(
    told(gone),
    "output_unusable: a file or folder of the server is gone or closed to it: its log says which",
  );
  const words = ["x could not be written: ", saidBy("Slave '/data/x': No such file", ["/data/x"])];
  const failed = new ReverieError("encoding_failed", words);
  assert.equal(told(failed), "encoding_failed: x could not be written: ffmpeg reports an error");
  assert.match(failed.message, /Slave '\/data\/x': No such file/);
  assert.match(
    told(await interruption(undefined)),
    /^ffmpeg_killed: ffmpeg was killed while it worked: start again/,
  );
});
