import { ReverieError } from "../../pipeline/errors.ts";
import type { Limits } from "../options.ts";

/** How often time and memory are checked, in milliseconds. */
const interval = 1000;

/**
 * How much more than its limit a dream may have in memory. The limit itself is kept by an estimate, before the
 * dream begins; what the process does meanwhile for others cannot be told apart from the dream.
 */
const tolerance = 1.25;

/** Options of {@link WorkLimits}. */
export interface WorkLimitsOptions {
  limits: Pick<Limits, "seconds" | "memory" | "frames">;
  /** Whether the work is paused; paused time does not count. */
  resting: () => boolean;
  /** Resident memory of the process, in bytes. Default: as the system says. */
  residentMemory?: () => number;
  /** Called once, when a limit is exceeded. */
  onExceeded: (error: ReverieError) => void;
}

/** Enforces the limits of a dream while it is being made. */
export class WorkLimits {
  readonly #options: WorkLimitsOptions;
  readonly #timer: ReturnType<typeof setInterval>;
  #seconds = 0;
  #last = performance.now();
  /** Memory that the work has added to the process, in bytes; what is added while it rests is not its own. */
  #memory = 0;
  #resident: number;

  constructor(options: WorkLimitsOptions) {
    this.#options = options;
    this.#resident = this.#residentMemory();
    this.#timer = setInterval(() => this.look(), Math.min(interval, options.limits.seconds * 1000));
  }

  /** Reports how many frames have been made so far. */
  frames(count: number): void {
    const most = this.#options.limits.frames;
    if (count > most) this.#exceeded(`the video has more than ${most} frames: cut it or give a duration`);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** Measures time and memory; also to be called when the work begins or ends to rest. */
  look(): void {
    const now = performance.now();
    const resident = this.#residentMemory();
    if (!this.#options.resting()) {
      this.#seconds += (now - this.#last) / 1000;
      this.#memory += resident - this.#resident;
    }
    this.#last = now;
    this.#resident = resident;
    const { seconds, memory } = this.#options.limits;
    if (this.#seconds >= seconds) {
      this.#exceeded(`the dream took more than ${seconds} s of work: choose a part, or a smaller imageSize`);
    } else if (this.#memory > memory * tolerance) {
      const most = Math.round(memory / 1e6);
      this.#exceeded(`the dream needed more than ${most} MB of memory: choose a smaller imageSize`);
    }
  }

  #residentMemory(): number {
    return this.#options.residentMemory?.() ?? Deno.memoryUsage().rss;
  }

  #exceeded(message: string): void {
    this.stop();
    this.#options.onExceeded(new ReverieError("too_large", message));
  }
}
