/** Errors that were once misclassified because their text was parsed. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { locate } from "../../../pipeline/ffmpeg/locate.ts";
import { ReverieError } from "../../../pipeline/errors.ts";
import { bodyOf } from "../../../server/errors.ts";
import { defaultLimits } from "../../../server/options.ts";
import { inspect } from "../../../server/uploads/inspect.ts";
import { withEnvironment } from "../../environment.ts";
import { quickJob, sample, Told, withRenderer } from "./jobs.ts";

/** Calls with a replacement for ffmpeg: a shell script, in which `"$real"` is the real program. */
async function withFfmpeg(script: string, call: () => Promise<void>): Promise<void> {
  const { path } = await locate("ffmpeg");
  const folder = await Deno.makeTempDir();
  const program = join(folder, "ffmpeg");
  try {
    await Deno.writeTextFile(program, `#!/bin/sh\nreal='${path}'\n${script}\n`, { mode: 0o755 });
    await withEnvironment({ FFMPEG_PATH: program }, call);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const ignore = Deno.build.os === "windows";

Deno.test({
  name: "an ffmpeg without an encoder of H.264 is the server's fault, not the video's",
  ignore,
  fn: () =>
    withFfmpeg(
      `case "$*" in *-codecs*) "$real" "$@" | grep -v 264;; *) exec "$real" "$@";; esac`,
      () =>
        withRenderer(async (renderer, folder) => {
          const failed = renderer.render(quickJob(folder), new Told()).finished;
          await assert.rejects(failed, (error) => {
            assert.ok(error instanceof ReverieError, String(error));
            assert.equal(error.status, 500);
            assert.deepEqual(bodyOf(error), {
              code: "ffmpeg_unusable",
              message:
                "the dream cannot be written: this ffmpeg lacks the encoder libx264; install a full build",
            });
            return true;
          });
        }),
    ),
});

Deno.test({
  name: "a decoder that speaks of layers and of ONNX models complains of the video, not of a setting",
  ignore,
  fn: () =>
    withFfmpeg(
      `case "$*" in *rawvideo*) echo "[error] 7 layers of no ONNX model in $* --model" >&2; exit 1;; *) exec "$real" "$@";; esac`,
      async () => {
        const { limits } = { limits: defaultLimits };
        const looked = inspect(sample, "mine.mp4", { limits });
        await assert.rejects(looked, (error) => {
          const { code, field, message } = bodyOf(error);
          assert.deepEqual([code, field], ["unusable_video", undefined]);
          assert.match(message, /^"mine\.mp4" cannot be decoded: ffmpeg reports an error/);
          assert.ok(!message.includes(sample), message);
          return true;
        });
      },
    ),
});

Deno.test({
  name: "an upload to a server without ffprobe is not called unusable",
  ignore,
  fn: () =>
    withEnvironment({ FFPROBE_PATH: "/nowhere/ffprobe" }, async () => {
      await assert.rejects(inspect(sample, "mine.mp4", { limits: defaultLimits }), (error) => {
        const { code, message } = bodyOf(error);
        assert.equal(code, "ffmpeg_unusable");
        assert.match(
          message,
          /^FFPROBE_PATH is ffprobe, which does not run; set it to a working ffprobe, or unset it$/,
        );
        return true;
      });
    }),
});
