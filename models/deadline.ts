/** Options of {@link deadline}. */
export interface DeadlineOptions {
  /** Milliseconds to wait. Default: no limit. */
  timeoutMs?: number;
  /** Stops waiting when it is aborted. */
  signal?: AbortSignal | undefined;
}

/**
 * Waits for a promise until the time is over or the signal is aborted. The work behind the promise is not stopped.
 *
 * ```ts ignore
 * const answer = await deadline(ask(), { timeoutMs: 5000, signal });
 * ```
 *
 * @throws {DOMException} a `TimeoutError` when the time is over, or the signal's reason when the signal is aborted.
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

/** Like {@link deadline}, but resolves with undefined when `timeoutMs` milliseconds are over. */
export async function settledWithin<T>(promise: Promise<T>, timeoutMs: number): Promise<T | undefined> {
  try {
    return await deadline(promise, { timeoutMs });
  } catch (error) {
    if (isTimeout(error)) return undefined;
    throw error;
  }
}

/** Whether an error is the `TimeoutError` of a {@link deadline}. */
export function isTimeout(error: unknown): boolean {
  return error instanceof DOMException && error.name === "TimeoutError";
}
