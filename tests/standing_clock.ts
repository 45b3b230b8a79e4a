/** A clock for tests of timing, which makes them independent of the machine's load. */

/** A clock that only advances on request. */
export interface StandingClock extends Disposable {
  pass(seconds: number): void;
}

/** Replaces `performance.now()` by a standing clock at 0, until it is disposed of. */
export function standingClock(): StandingClock {
  const real = performance.now;
  let now = 0;
  performance.now = () => now;
  return {
    pass: (seconds) => void (now += 1000 * seconds),
    [Symbol.dispose]: () => void (performance.now = real),
  };
}
