/** Measures how long each stage takes while all of them run. */

/**
 * Stages whose time is reported, in the order of the data flow. `waiting` is time spent waiting for frames
 * that are not ready yet.
 */
export const stageNames = [
  "decode",
  "shrink",
  "flow",
  "waiting",
  "occlusion",
  "blend",
  "dream",
  "compose",
  "encode",
] as const;

/** Name of a stage. */
export type StageName = (typeof stageNames)[number];

/** Seconds spent in each stage itself, without those it pulls from. */
export type StageSeconds = Record<StageName, number>;

/**
 * Measures stages that pull their frames from one another. A stage's time includes that of the stage it pulls
 * from, which is subtracted. Stages up to `flow` work ahead, so their time also counts while other stages
 * run.
 */
export class StageClock {
  readonly #inclusive = new Map<StageName, number>();
  #last = this.#exclusive();

  /** Passes on the items of a stage and measures its time. */
  async *time<T>(name: StageName, items: AsyncIterable<T>): AsyncGenerator<T> {
    const iterator = items[Symbol.asyncIterator]();
    try {
      while (true) {
        const begin = performance.now();
        const result = await iterator.next();
        const seconds = (performance.now() - begin) / 1000;
        this.#inclusive.set(name, (this.#inclusive.get(name) ?? 0) + seconds);
        if (result.done) return;
        yield result.value;
      }
    } finally {
      await iterator.return?.();
    }
  }

  /** Seconds spent in each stage since the last call. */
  lap(): StageSeconds {
    const now = this.#exclusive();
    const since = { ...now };
    for (const name of stageNames) since[name] = Math.max(0, now[name] - this.#last[name]);
    this.#last = now;
    return since;
  }

  #exclusive(): StageSeconds {
    const inclusive = (name: StageName | undefined) => name ? this.#inclusive.get(name) ?? 0 : 0;
    const own = stageNames.map((name, index) => {
      // A new chain begins after the frames that were computed ahead.
      const before = name === "waiting" ? undefined : stageNames[index - 1];
      return [name, inclusive(name) - inclusive(before)];
    });
    return Object.fromEntries(own) as StageSeconds;
  }
}
