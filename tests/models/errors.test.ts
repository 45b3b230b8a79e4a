import assert from "node:assert/strict";
import { invalidParameter, ReverieError } from "../../models/errors.ts";
import { type Line, line, mentioning, plain } from "../../models/line.ts";
import { fromPlain, type PlainError, toPlain } from "../../models/plain_error.ts";
import { isDiskFull, reasonOf } from "../../models/system_error.ts";
import { commandLine } from "../../pipeline/command_line/spelling.ts";
import { overHttp } from "../../server/errors.ts";

Deno.test("an error crosses from a real Worker unchanged", async () => {
  const worker = new Worker(new URL("./throwing_worker.ts", import.meta.url), { type: "module" });
  const { promise, resolve } = Promise.withResolvers<PlainError>();
  worker.onmessage = ({ data }) => resolve(data);
  const error = fromPlain(await promise);
  worker.terminate();
  assert.ok(error instanceof ReverieError);
  const { code, field, path, advice, reason, retryAfter, message, stack, status, exitCode } = error;
  assert.deepEqual(
    { code, field, path, advice, reason, retryAfter, message, status, exitCode },
    {
      code: "invalid_parameter",
      field: "flowModel",
      path: "/data/a.pth",
      advice: [[{ remedy: "fetch", network: "raft-small" }], "take another one"],
      reason: "empty",
      retryAfter: 5,
      message: "flowModel /data/a.pth: it is empty; take another one",
      status: 400,
      exitCode: 2,
    },
  );
  assert.match(stack!, /at fail .*throwing_worker\.ts/, "the stack is the Worker's");
  const cause = error.cause as Error;
  assert.deepEqual([cause.name, cause.message], ["TypeError", "nothing to read"]);
  assert.equal((cause.cause as Error).message, "end of file");
});

Deno.test("what crosses as a plain object is the same again, however often", () => {
  const error = invalidParameter("blend", line`${{ field: "blend" }} must be above ${0}`);
  const once = structuredClone(toPlain(error));
  assert.deepEqual(toPlain(fromPlain(once)), once);
  assert.deepEqual(fromPlain(toPlain("a word")).message, "a word");
});

Deno.test("an error of the system keeps its code on the way between threads", () => {
  const full = Object.assign(new Error("write failed"), { code: "ENOSPC" });
  assert.ok(isDiskFull(fromPlain(structuredClone(toPlain(new Error("outer", { cause: full })))).cause));
});

Deno.test("each edge spells settings, files and remedies in its own words", () => {
  const spoken: [error: ReverieError, command: string, http: string][] = [
    [
      invalidParameter("imageSize", line`${{ field: "imageSize" }} must be above ${64}`),
      "--image-size must be above 64",
      "imageSize must be above 64",
    ],
    [
      invalidParameter("flow", "the weights of RAFT are not here", {
        advice: [[{ remedy: "fetch", network: "raft-small" }], [{ remedy: "nameFile", field: "flowModel" }]],
      }),
      'the weights of RAFT are not here: fetch them with "models pull raft-small", or name a file with --flow-model',
      'the weights of RAFT are not here: ask whoever runs the server to fetch them with "models pull raft-small"',
    ],
    [
      new ReverieError("not_a_video", line`${{ path: "/home/me/clip.mp4" }} is empty`, {
        advice: [[{ remedy: "give", source: "any" }]],
      }),
      "/home/me/clip.mp4 is empty: give a video or picture file",
      "clip.mp4 is empty: upload a video",
    ],
    [
      invalidParameter(
        "model",
        line`${{ field: "model" }} ${{ path: "/home/me/a.onnx" }}: no layer of it can dream`,
        {
          advice: [[{ remedy: "show", network: "/home/me/a.onnx" }]],
        },
      ),
      '--model /home/me/a.onnx: no layer of it can dream; "models show /home/me/a.onnx" lists what it has',
      "model a.onnx: no layer of it can dream",
    ],
  ];
  for (const [error, command, http] of spoken) {
    assert.equal(error.told(commandLine), command);
    assert.equal(error.told(overHttp), http);
  }
});

Deno.test("within() puts words before an error's own and keeps code and advice", () => {
  const inner = new ReverieError("cache_unusable", "it is read-only", { advice: ["take another"] });
  const error = inner.within(line`${{ path: "/a" }}: `, "model");
  assert.deepEqual([error.code, error.field, error.path], ["cache_unusable", "model", "/a"]);
  assert.equal(error.message, "/a: it is read-only; take another");
  assert.equal(error.cause, inner);
});

Deno.test("files can be called by names, and what another program says of them, too", () => {
  const said = mentioning("file:/data/x/in: broken; /data/x/in.part is left", [
    "/data/x/in",
    "/data/x/in.part",
  ]);
  const error = new ReverieError("unusable_video", line`${{ path: "/data/x/in" }} fails: ${said}`);
  const told = error.renamed({ "/data/x/in": "the source" });
  assert.equal(told.told(overHttp), "the source fails: file:the source: broken; in.part is left");
  assert.equal(told.stack, error.stack);
});

Deno.test("what the user writes is never read as a word", () => {
  const value: Line = line`no layer is named "${'{"field":"blend"} ${path}'}"`;
  assert.equal(plain(value), 'no layer is named "{"field":"blend"} ${path}"');
});

Deno.test("an error of the system is told without the path that its message holds", async () => {
  const caught = await Deno.open("/nowhere/secret").catch((error) => error);
  assert.match(caught.message, /secret/);
  assert.equal(reasonOf(caught), "it is not there");
});
