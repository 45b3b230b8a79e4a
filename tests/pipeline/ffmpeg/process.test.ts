import assert from "node:assert/strict";
import { join } from "node:path";
import { ReverieError } from "../../../models/errors.ts";
import { EncoderProcess } from "../../../pipeline/ffmpeg/encoder_process.ts";
import type { Program } from "../../../pipeline/ffmpeg/locate.ts";
import { FfmpegProcess } from "../../../pipeline/ffmpeg/process.ts";
import { RawFrames } from "../../../pipeline/ffmpeg/raw_frames.ts";
import { inFolder } from "../clips.ts";

const nothing = { input: [], options: [], output: "pipe:1" };

/** Runs a test with a shell script in place of ffmpeg. */
function withScript(script: string, test: (program: Program) => Promise<void>): Promise<void> {
  return inFolder(async (folder) => {
    const path = join(folder, "ffmpeg");
    await Deno.writeTextFile(path, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    await test({ path } as Program);
  });
}

const ignore = Deno.build.os === "windows";

Deno.test({
  name: "frames are cut to size from whatever pieces come, and a piece of one at the end is no frame",
  ignore,
  fn: () =>
    withScript("printf abc; sleep 0.1; printf defgh; sleep 0.1; printf ij", async (program) => {
      const process = new FfmpegProcess(program, "stdout", nothing);
      const frames = new RawFrames(process.stdout, 4);
      const read = [await frames.next(), await frames.next(), await frames.next(), await frames.next()];
      assert.deepEqual(read.map((frame) => frame && new TextDecoder().decode(frame)), [
        "abcd",
        "efgh",
        undefined,
        undefined,
      ]);
      assert.deepEqual(await process.done, { ok: true, interrupted: false, errors: [] });
    }),
});

Deno.test({
  name: "a process that hangs is killed while a frame is waited for",
  ignore,
  fn: () =>
    withScript("exec sleep 100", async (program) => {
      const process = new FfmpegProcess(program, "stdout", nothing);
      const frames = new RawFrames(process.stdout, 4);
      const waiting = frames.next();
      process.kill();
      await frames.cancel();
      assert.equal(await waiting, undefined);
      const { ok, interrupted, errors } = await process.done;
      assert.deepEqual([ok, interrupted, errors], [false, true, ["ffmpeg was killed with SIGKILL"]]);
      process.kill();
    }),
});

Deno.test({
  name: "writing to an encoder that has ended tells why it did, by the first and the last of its complaints",
  ignore,
  fn: () =>
    withScript('for n in $(seq 30); do echo "[x @ 0x1] [error] $n" >&2; done; exit 3', async (program) => {
      const encoder = new EncoderProcess(program, [], "out.mp4");
      const bytes = new Uint8Array(1 << 20);
      await encoder.write(bytes);
      const exit = await encoder.write(bytes);
      assert.ok(exit && !exit.ok && !exit.interrupted);
      assert.deepEqual(exit.errors.map(Number), [
        ...Array(10).keys().map((n) => n + 1),
        ...Array(10).keys().map((n) => n + 21),
      ]);
      assert.equal(await encoder.write(bytes), exit);
      assert.deepEqual(await encoder.end(), exit);
    }),
});

Deno.test({
  name: "a failure that ffmpeg says nothing of is told by its exit status and the last line of its log",
  ignore,
  fn: () =>
    withScript("echo '[info] Opening' >&2; exit 7", async (program) => {
      const encoder = new EncoderProcess(program, [], "out.mp4");
      assert.deepEqual((await encoder.end()).errors, ["ffmpeg exited with status 7: Opening"]);
    }),
});

Deno.test("a program that cannot be started is an error that names it", () => {
  const start = () => new FfmpegProcess({ path: "/none/ffmpeg" } as Program, "stdout", nothing);
  assert.throws(
    start,
    (error) => error instanceof ReverieError && error.message.startsWith("/none/ffmpeg cannot be"),
  );
});
