import { ReverieError } from "../../pipeline/errors.ts";
import type { Limits } from "../options.ts";

/** How often time and memory are checked, in milliseconds. */
const interval = 1000;

/** Options of {@link WorkLimits}. */
export interface WorkLimitsOptions {
  limits: Pick<Limits, "seconds" | "memory" | "frames">;
  /** Whether the work is paused; paused time does not count. */
  resting: () => boolean;
  /** Called once, when a limit is exceeded. */
  onExceeded: (error: ReverieError) => void;
}

/** Enforces the limits of a dream while it is being made. */
export class WorkLimits {
  readonly #options: WorkLimitsOptions;
  readonly #timer: ReturnType<typeof setInterval>;
  #seconds = 0;
  #last = performance.now();

  constructor(options: WorkLimitsOptions) {
    this.#options = options;
    this.#timer = setInterval(() => this.#look(), Math.min(interval, options.limits.seconds * 1000));
  }

  /** Reports how many frames have been made so far. */
  frames(count: number): void {
    const most = this.#options.limits.frames;
    if (count > most) this.#exceeded(`the video has more than ${most} frames: cut it or give a duration`);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    const now = performance.now();
    if (!this.#options.resting()) this.#seconds += (now - this.#last) / 1000;
    this.#last = now;
    const { seconds, memory } = this.#options.limits;
    if (this.#seconds >= seconds) {
      this.#exceeded(`the dream took more than ${seconds} s of work: choose a part, or a smaller imageSize`);
    } else if (Deno.memoryUsage().rss > memory) {
      const most = Math.round(memory / 1e6);
      this.#exceeded(`the dream needed more than ${most} MB of memory: choose a smaller imageSize`);
    }
  }

  #exceeded(message: string): void {
    this.stop();
    this.#options.onExceeded(new ReverieError("too_large", message));
  }
}
