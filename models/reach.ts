import { ReverieError } from "./errors.ts";

/** Time limit within which one of several servers must begin to answer. */
export class Reach implements Disposable {
  readonly #name: string;
  readonly #signal: AbortSignal | undefined;
  readonly #seconds: number;
  readonly #deadline: number;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #answered = false;
  #onAnswer = () => {};

  /**
   * @param name what is fetched
   * @param options.reachWithin seconds for all servers together, counted from now. Default: no limit
   */
  constructor(
    name: string,
    { reachWithin = Infinity, signal }: {
      reachWithin?: number | undefined;
      signal?: AbortSignal | undefined;
    } = {},
  ) {
    this.#name = name;
    this.#seconds = reachWithin;
    this.#deadline = performance.now() + 1000 * reachWithin;
    this.#signal = signal;
  }

  /**
   * Starts the next server's equal share of the remaining time, with `servers` servers left to try. The signal is
   * aborted when that share is over, unless a server has answered, or when the user's signal is aborted.
   */
  share(servers: number): AbortSignal {
    clearTimeout(this.#timer);
    const over = new AbortController();
    const left = (this.#deadline - performance.now()) / servers;
    if (!this.#answered && Number.isFinite(left)) {
      this.#timer = setTimeout(() => over.abort(this.#error()), Math.max(0, left));
    }
    return this.#signal ? AbortSignal.any([this.#signal, over.signal]) : over.signal;
  }

  /** Called when a server begins to send. */
  answered(): void {
    if (this.#answered) return;
    this.#answered = true;
    clearTimeout(this.#timer);
    this.#onAnswer();
  }

  /** Called once, at the first answer. */
  set onAnswer(call: () => void) {
    this.#onAnswer = call;
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
  }

  #error(): ReverieError {
    const reason = `no server answered within ${this.#seconds} s`;
    return new ReverieError("download_unreachable", `cannot fetch ${this.#name}: ${reason}`, {
      reason,
      advice: ["connect to the network once"],
    });
  }
}
