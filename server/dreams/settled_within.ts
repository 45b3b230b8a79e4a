/** Resolves with a promise's value, or with the fallback when so many milliseconds have passed before it came. */
export async function settledWithin<T, F>(
  promise: Promise<T>,
  milliseconds: number,
  fallback: F,
): Promise<T | F> {
  const late = Promise.withResolvers<F>();
  const timer = setTimeout(() => late.resolve(fallback), milliseconds);
  try {
    return await Promise.race([promise, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
