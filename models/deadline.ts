/** Options of {@link deadline}. */
export interface DeadlineOptions {
  /** Milliseconds to wait; without end by default. */
  timeoutMs?: number;
  /** Ends the waiting. */
  signal?: AbortSignal | undefined;
}

/**
 * Waits for a promise, but no longer than until the time is over or the signal is aborted. What the promise stands for
 * is not ended by that.
 *
 * ```ts ignore
 * const answer = await deadline(ask(), { timeoutMs: 5000, signal });
 * ```
 *
 * @throws {DOMException} a `TimeoutError` once the time is over, and the signal's reason once that is aborted.
 */
export async function deadline<T>(promise: Promise<T>, options: DeadlineOptions): Promise<T> {
  const { timeoutMs = Infinity, signal } = options;
  const ended = Promise.withResolvers<never>();
  const abort = () => ended.reject(signal!.reason);
  const late = () => ended.reject(new DOMException(`it took longer than ${timeoutMs} ms`, "TimeoutError"));
  if (signal?.aborted) abort();
  signal?.addEventListener("abort", abort);
  const timer = timeoutMs < Infinity ? setTimeout(late, timeoutMs) : undefined;
  try {
    return await Promise.race([ended.promise, promise]);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", abort);
  }
}

/** Like {@link deadline}, with undefined in place of the error once so many milliseconds are over. */
export async function settledWithin<T>(promise: Promise<T>, timeoutMs: number): Promise<T | undefined> {
  try {
    return await deadline(promise, { timeoutMs });
  } catch (error) {
    if (isTimeout(error)) return undefined;
    throw error;
  }
}

/** Whether an error says that the time of a {@link deadline} is over. */
export function isTimeout(error: unknown): boolean {
  return error instanceof DOMException && error.name === "TimeoutError";
}
