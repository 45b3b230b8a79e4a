import assert from "node:assert/strict";
import { ReverieError } from "../../../pipeline/errors.ts";
import { quickJob, Told, until, withRenderer } from "./jobs.ts";

/** Child processes of this process that are still running. */
function children(): string[] {
  const found: string[] = [];
  for (const { name } of Deno.readDirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const [, program, state, parent] = /^\d+ \((.*)\) (\S) (\d+) /.exec(
        Deno.readTextFileSync(`/proc/${name}/stat`),
      )!;
      if (Number(parent) === Deno.pid && state !== "Z") found.push(program!);
    } catch {
      // It has ended meanwhile.
    }
  }
  return found;
}

Deno.test({
  name:
    "a crash of the Worker fails what it was at, leaves no ffmpeg behind, and the next dream has a new one",
  ignore: Deno.build.os !== "linux",
  fn: () =>
    withRenderer(async (renderer, folder) => {
      const told = new Told();
      const rendering = renderer.render(quickJob(folder, { duration: 2 }), told);
      await until(() => told.frames.length > 2);
      assert.ok(children().includes("ffmpeg"));
      // An invalid job throws an error that nothing catches.
      const preview = renderer.preview(null as never);
      const stopped = (error: unknown) =>
        error instanceof ReverieError && error.code === "internal" &&
        /^the renderer has stopped/.test(error.message);
      await assert.rejects(preview, stopped);
      await assert.rejects(rendering.finished, stopped);
      assert.equal(renderer.held, false);
      await until(() => !children().includes("ffmpeg"));

      const next = new Told();
      assert.equal((await renderer.render(quickJob(folder), next).finished).frames, 8);
    }),
});
