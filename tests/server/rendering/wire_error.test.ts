import assert from "node:assert/strict";
import { UserError } from "../../../pipeline/errors.ts";
import { HttpError } from "../../../server/errors.ts";
import { fromWire, toWire } from "../../../server/rendering/wire_error.ts";

const crossed = (error: unknown, hidden = {}) => fromWire(structuredClone(toWire(error, hidden)));

Deno.test("errors get the code that fits on their way to the thread that serves", () => {
  const codes: [Error, string, string?][] = [
    [new UserError("clip.mp4 cannot be decoded: moov atom not found"), "unusable_video"],
    [new UserError('the network has no layer "nose"; its layers are mixed0'), "invalid_parameter", "layers"],
    [
      new UserError("there is no channel 9 in mixed0: its channels are 0 to 7"),
      "invalid_parameter",
      "channels",
    ],
    [
      new UserError('the weights of RAFT are not here: fetch them with "models pull"'),
      "invalid_parameter",
      "flowModel",
    ],
    [new UserError("RAFT would need 40 GB of memory: lower --flow-size"), "invalid_parameter", "flowSize"],
    [new UserError("ffmpeg was not found: install ffmpeg, or set FFMPEG_PATH to the program"), "internal"],
    [new UserError("cannot fetch nsfwjs: the npm registry cannot be reached", { exitCode: 1 }), "internal"],
    [new UserError("the encoder failed: No space left on device", { exitCode: 1 }), "disk_full"],
    [new UserError("out.mp4 cannot be written: the disk is full, make room first"), "disk_full"],
    [Object.assign(new Error("write"), { code: "ENOSPC" }), "disk_full"],
    [new TypeError("undefined is not a function"), "internal"],
    [new HttpError("too_large", "a picture is too large"), "too_large"],
  ];
  for (const [error, code, field] of codes) {
    const { code: got, field: named } = crossed(error);
    assert.deepEqual([got, named], [code, field], error.message);
  }
});

Deno.test("a defect's own words stay in the log, a user's error is told whole", () => {
  const defect = crossed(new TypeError("secret internals"));
  assert.ok(!defect.message.includes("secret"));
  assert.match((defect.cause as Error).stack!, /secret internals/);
  assert.match(crossed(new UserError("the model is gone", { exitCode: 1 })).message, /^the model is gone$/);
});

Deno.test("no message names a path of the server", () => {
  const hidden = { "/data/dreams/7/source": "the source", "/data/dreams/7/": "" };
  const error = new UserError(
    "/data/dreams/7/source broke off; the rest is in /data/dreams/7/video.partial.mp4",
  );
  assert.equal(crossed(error, hidden).message, "the source broke off; the rest is in video.partial.mp4");
});
