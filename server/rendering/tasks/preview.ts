/** One dreamed frame, in the renderer's Worker. */
import { dreamFrame } from "../../../pipeline/run/dream_frame.ts";
import type { PreviewJob, PreviewResult } from "../job.ts";
import { encodeJpeg } from "../jpeg.ts";
import { settledParameters } from "./settled.ts";
import type { Task, TaskTools } from "./task.ts";

/** Longest side of the picture, in pixels. */
const longestSide = 1920;

/** Dreams one frame; a rendering pauses meanwhile. */
export class PreviewTask implements Task {
  readonly #job: PreviewJob;
  readonly #tools: TaskTools;

  constructor(job: PreviewJob, tools: TaskTools) {
    this.#job = job;
    this.#tools = tools;
  }

  get names() {
    return { [this.#job.input]: "the source" };
  }

  async run(): Promise<PreviewResult> {
    const { gate, signal } = this.#tools;
    try {
      await gate.hold(signal);
      return await this.#dream();
    } finally {
      gate.release();
    }
  }

  instruct(): void {}

  async #dream(): Promise<PreviewResult> {
    const { signal, options, engines } = this.#tools;
    const begin = performance.now();
    const { input, at, wish } = this.#job;
    const parameters = () => settledParameters(wish, this.#tools);
    const { dreamed, display, loss } = await dreamFrame({
      input,
      at,
      parameters,
      ...options,
      engines,
      signal,
    });
    const seconds = (performance.now() - begin) / 1000;
    const { bytes, width, height } = await encodeJpeg(dreamed, longestSide, 88, display);
    return { dreamed: bytes, width, height, loss, seconds };
  }
}
