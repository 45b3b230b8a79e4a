import assert from "node:assert/strict";
import { quickJob, quickWish, sample, Told, until, withRenderer } from "./jobs.ts";

/** Number of open epoll and eventfd descriptors: each thread with an event loop has them. */
function descriptors(): number {
  return [...Deno.readDirSync("/proc/self/fd")].filter(({ name }) => {
    try {
      return /event(poll|fd)/.test(Deno.readLinkSync(`/proc/self/fd/${name}`));
    } catch {
      return false;
    }
  }).length;
}

Deno.test({
  name: "dreams and previews leave no descriptors behind, however they end",
  ignore: Deno.build.os !== "linux",
  fn: () =>
    withRenderer(async (renderer, folder) => {
      const job = quickJob(folder, { duration: 0.05 });
      await renderer.render(job, new Told()).finished;
      const before = descriptors();
      await assert.rejects(renderer.render({ ...job, input: "/nowhere" }, new Told()).finished);
      const stopped = renderer.render(job, new Told());
      stopped.stop(new Error("stopped"));
      await assert.rejects(stopped.finished);
      await renderer.preview({ input: sample, at: 0, wish: quickWish() });
      await until(() => descriptors() <= before);
    }),
});
