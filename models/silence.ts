/** Ends a transfer in which nothing has come for so long. */
export class Silence implements Disposable {
  readonly #over = new AbortController();
  readonly #seconds: number;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Aborted when nothing has come for so long, or when the user's signal is. */
  readonly signal: AbortSignal;

  /**
   * @param seconds how long nothing may come; counted from now on
   * @param signal the user's own
   */
  constructor(seconds: number, signal?: AbortSignal) {
    this.#seconds = seconds;
    this.signal = AbortSignal.any([this.#over.signal, ...signal ? [signal] : []]);
    this.broken();
  }

  /** Whether it is the silence that ended the transfer. */
  get over(): boolean {
    return this.#over.signal.aborted;
  }

  /** Called when something has come. */
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
