/** Aborts a transfer in which no data has arrived for some time. */
export class Silence implements Disposable {
  readonly #over = new AbortController();
  readonly #seconds: number;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Aborted when no data has arrived for that time, or when the user's signal is aborted. */
  readonly signal: AbortSignal;

  /**
   * @param seconds how long the transfer may be silent, counted from now
   * @param signal the user's signal
   */
  constructor(seconds: number, signal?: AbortSignal) {
    this.#seconds = seconds;
    this.signal = AbortSignal.any([this.#over.signal, ...signal ? [signal] : []]);
    this.broken();
  }

  /** Whether silence ended the transfer. */
  get over(): boolean {
    return this.#over.signal.aborted;
  }

  /** Call this when data has arrived. */
  broken(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(
      () => this.#over.abort(new Error(`nothing came for ${this.#seconds} s`)),
      1000 * this.#seconds,
    );
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
  }
}
