import assert from "node:assert/strict";
import { join } from "node:path";
import { UserError } from "../../../pipeline/errors.ts";
import { networkFolders } from "../../../pipeline/networks.ts";
import { HttpError, toHttpError } from "../../../server/errors.ts";
import { fromWire, toWire, withoutPaths } from "../../../server/rendering/wire_error.ts";
import { withEmptyCache, withEnvironment } from "../../environment.ts";

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
      "flow",
    ],
    [
      new UserError('the weights of raft-large are not here: fetch them with "models pull raft-large"'),
      "invalid_parameter",
      "flowModel",
    ],
    [
      new UserError("the weights of RAFT are not usable: a.pth: there is no layer of that size"),
      "invalid_parameter",
      "flowModel",
    ],
    [
      new UserError("RAFT needs 40 GB of memory at 2048x1152 and may take 9 GB here: lower --flow-size"),
      "invalid_parameter",
      "flowSize",
    ],
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

Deno.test("no message names the folders of networks", async () => {
  for (const folder of networkFolders()) {
    const line = `${join(folder, "networks", "a.pth")} is empty`;
    assert.equal(crossed(new UserError(line)).message, "networks/a.pth is empty");
    assert.equal(toHttpError(new UserError(line)).message, "networks/a.pth is empty");
    assert.equal(withoutPaths(line, {}), "networks/a.pth is empty");
  }
  await withEmptyCache((folder) => {
    const error = new UserError(`cannot write to the cache folder ${join(folder, "networks")}`, {
      exitCode: 1,
    });
    assert.equal(crossed(error).message, "cannot write to the cache folder networks");
    return Promise.resolve();
  });
  await withEnvironment({ REVERIE_CACHE: "cache" }, () => {
    const error = new UserError("cannot write to the cache folder cache/networks");
    assert.equal(crossed(error).message, "cannot write to the cache folder networks");
    return Promise.resolve();
  });
});

Deno.test("a client is told settings, not flags", () => {
  const told = (line: string) => crossed(new UserError(line)).message;
  assert.equal(
    told('the weights of RAFT are not here: fetch them with "models pull", or name a file with --flow-model'),
    'the weights of RAFT are not here: fetch them with "models pull"',
  );
  assert.equal(
    told("RAFT needs 40 GB of memory: lower --flow-size"),
    "RAFT needs 40 GB of memory: lower flowSize",
  );
});
