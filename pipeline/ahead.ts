/**
 * Lets the stages before this point work ahead: up to `count` items are made while the consumer is busy with
 * earlier ones. Items keep their order, an error arrives in its place, and leaving the loop early ends the
 * earlier stages.
 */
export async function* ahead<T>(items: AsyncIterable<T>, count: number): AsyncGenerator<T> {
  const iterator = items[Symbol.asyncIterator]();
  const waiting: Promise<IteratorResult<T>>[] = [];
  const ask = () => {
    const next = iterator.next();
    // The error is delivered when its turn comes; until then it must not count as unhandled.
    next.catch(() => {});
    waiting.push(next);
  };
  try {
    for (let i = 0; i < count; i++) ask();
    while (true) {
      ask();
      const result = await waiting.shift()!;
      if (result.done) return;
      yield result.value;
    }
  } finally {
    await Promise.allSettled(waiting);
    await iterator.return?.();
  }
}
