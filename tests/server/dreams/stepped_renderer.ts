import { join } from "node:path";
import type { DoneEvent } from "../../../pipeline/run/events.ts";
import type { SomeParameters } from "../../../pipeline/settings/parameters.ts";
import { StageClock } from "../../../pipeline/run/stage_clock.ts";
import { ReverieError } from "../../../pipeline/errors.ts";
import type { CheckJob, RenderHooks, Rendering, RenderJob } from "../../../server/rendering/job.ts";

const encoder = new TextEncoder();

/** A renderer whose frames come on a test's command; its files are small but real. */
export class SteppedRenderer {
  /** All renderings so far. */
  readonly all: SteppedRendering[] = [];
  #held = false;
  readonly #listeners: ((held: boolean) => void)[] = [];

  render(job: RenderJob, hooks: RenderHooks): SteppedRendering {
    if (this.all.some(({ over }) => !over)) throw new Error("two renderings at a time");
    const rendering = new SteppedRendering(job, hooks, () => this.#held);
    this.all.push(rendering);
    return rendering;
  }

  /** Knows the layers of InceptionV3 whose names start with "mixed", and RAFT's small weights. */
  check({ parameters: { layers, flowModel }, source }: CheckJob): Promise<void> {
    const unknown = layers?.find((layer) => !layer.startsWith("mixed"));
    if (unknown !== undefined) return refused("layers", `the network has no layer "${unknown}"`);
    if (source && flowModel === "raft-large") return refused("flowModel", "the weights are not here");
    return Promise.resolve();
  }

  get held(): boolean {
    return this.#held;
  }

  set held(held: boolean) {
    this.#held = held;
    for (const listener of this.#listeners) listener(held);
  }

  onHeld(listener: (held: boolean) => void): void {
    this.#listeners.push(listener);
  }

  /** The rendering that began last. */
  get last(): SteppedRendering {
    return this.all.at(-1)!;
  }
}

function refused(field: string, message: string): Promise<never> {
  return Promise.reject(new ReverieError("invalid_parameter", message, { field }));
}

/** A rendering controlled by a test. */
export class SteppedRendering implements Rendering {
  over = false;
  /** The arguments of {@link see}, in order. */
  readonly seen: boolean[] = [];
  /** Time per frame, in seconds. */
  secondsPerFrame = 0.5;
  #next = 0;
  #total: number | undefined;
  #waiting: PromiseWithResolvers<number>[] = [];
  readonly #finished = Promise.withResolvers<DoneEvent>();

  constructor(readonly job: RenderJob, readonly hooks: RenderHooks, private readonly resting: () => boolean) {
    this.#finished.promise.catch(() => {});
    Deno.writeFileSync(`${job.output.replace(/\.mp4$/, "")}.partial.mp4`, encoder.encode("part"));
  }

  get finished(): Promise<DoneEvent> {
    return this.#finished.promise;
  }

  change(parameters: SomeParameters): Promise<number> {
    if (parameters.layers?.includes("nowhere")) {
      return Promise.reject(
        new ReverieError("invalid_parameter", "there is no layer nowhere", { field: "layers" }),
      );
    }
    const answer = Promise.withResolvers<number>();
    this.#waiting.push(answer);
    return answer.promise;
  }

  see(wanted: boolean): void {
    this.seen.push(wanted);
  }

  stop(reason: Error): void {
    this.fail(reason);
  }

  /** Begins, with the requested settings unless others are given. */
  start(frames: number | undefined, parameters = this.job.parameters): void {
    this.#total = frames;
    const { input, output } = this.job;
    const size = { width: 64, height: 48, workingWidth: 64, workingHeight: 48 };
    const made = { provider: "cpu", flow: "dis", network: parameters.model, layers: ["mixed3"], parameters };
    this.hooks.start({ event: "start", input, output, frames, ...size, ...made });
  }

  /** Produces a frame and its picture. */
  frame(): void {
    if (this.resting()) throw new Error("a rendering that rests makes no frame");
    const index = this.#next++;
    for (const answer of this.#waiting.splice(0)) answer.resolve(index);
    const seconds = (index + 1) * this.secondsPerFrame;
    const fps = 1 / this.secondsPerFrame;
    const eta = this.#total === undefined ? undefined : (this.#total - index - 1) / fps;
    const told = { index, pts: index / 10, seconds, fps, eta, loss: 0.1, motion: 0.01, visible: 0.9 };
    this.hooks.frame({ event: "frame", ...told, stages: new StageClock().lap() });
    const source = index === 0 || this.seen.at(-1) ? { source: encoder.encode(`before ${index}`) } : {};
    this.hooks.picture({ index, pts: index / 10, dreamed: encoder.encode(`dream ${index}`), ...source });
  }

  writePlaylist(): void {
    Deno.mkdirSync(this.job.hls, { recursive: true });
    Deno.writeTextFileSync(join(this.job.hls, "index.m3u8"), "#EXTM3U\n");
  }

  finish(): void {
    const { output, parameters } = this.job;
    Deno.renameSync(`${output.replace(/\.mp4$/, "")}.partial.mp4`, output);
    const seconds = this.#next * this.secondsPerFrame;
    this.#end();
    this.#finished.resolve({ event: "done", frames: this.#next, seconds, output, peakMemory: 1, parameters });
  }

  fail(error: Error): void {
    this.#end();
    this.#finished.reject(error);
  }

  #end(): void {
    this.over = true;
    for (const answer of this.#waiting.splice(0)) {
      answer.reject(new ReverieError("conflict", "the dream ended before the change took effect"));
    }
  }
}
