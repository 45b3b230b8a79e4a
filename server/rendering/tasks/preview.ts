/** One dreamed frame, in the renderer's Worker. */
import { ReverieError } from "../../../pipeline/errors.ts";
import { dreamFrame } from "../../../pipeline/run/dream_frame.ts";
import type { PreviewJob, PreviewResult } from "../job.ts";
import { encodeJpeg } from "../jpeg.ts";
import { settledParameters } from "./settled.ts";
import type { Task, TaskTools } from "./task.ts";

/** Longest side of the picture, in pixels. */
const longestSide = 1920;

/** How long a preview may take, in seconds: a dream rests meanwhile. */
const patience = 300;

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
    const { rigging } = this.#tools;
    const time = AbortSignal.timeout(1000 * patience);
    const signal = AbortSignal.any([this.#tools.signal, time]);
    const begin = performance.now();
    const { input, at, wish } = this.#job;
    const parameters = () => settledParameters(wish, this.#tools);
    const { dreamed, display, loss } = await dreamFrame({ input, at, parameters, ...rigging(), signal })
      .catch((error) => {
        throw time.aborted && !this.#tools.signal.aborted ? tookTooLong(error) : error;
      });
    const seconds = (performance.now() - begin) / 1000;
    const { bytes, width, height } = await encodeJpeg(dreamed, longestSide, 88, display);
    return { dreamed: bytes, width, height, loss, seconds };
  }
}

function tookTooLong(cause: unknown): ReverieError {
  const wrong =
    `the preview took more than ${patience} s: choose a smaller imageSize, or fewer firstIterations`;
  return new ReverieError("too_large", wrong, { field: "imageSize", cause });
}
