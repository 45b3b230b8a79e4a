import type { RenderHooks, Rendering, RenderJob } from "../../rendering/job.ts";
import type { Renderer } from "../../rendering/renderer.ts";
import type { Metrics } from "./metrics.ts";

/** The part of a renderer that dreams need. */
export type RenderingPart = Pick<Renderer, "render" | "check" | "held" | "onHeld">;

/** Wraps a renderer so that its frames are counted. */
export function metered(renderer: RenderingPart, metrics: Metrics): RenderingPart {
  return {
    get held() {
      return renderer.held;
    },
    check: (job) => renderer.check(job),
    onHeld: (listener) => renderer.onHeld(listener),
    render: (job: RenderJob, hooks: RenderHooks): Rendering => {
      const rendering = renderer.render(job, counting(hooks, metrics));
      const idle = () => metrics.idle();
      rendering.finished.then(idle, idle);
      return rendering;
    },
  };
}

function counting(hooks: RenderHooks, metrics: Metrics): RenderHooks {
  let before = 0;
  return {
    ...hooks,
    frame(event) {
      metrics.frame(event.seconds - before, event.fps);
      metrics.stages(event.stages);
      before = event.seconds;
      hooks.frame(event);
    },
  };
}
