/** A clock for tests of what takes time: how busy the machine is does not matter to them. */

/** A clock that stands still but where it is told to go on. */
export interface StandingClock extends Disposable {
  pass(seconds: number): void;
}

/** Puts a standing clock, at 0, in the place of `performance.now()`, until it is disposed of. */
export function standingClock(): StandingClock {
  const real = performance.now;
  let now = 0;
  performance.now = () => now;
  return {
    pass: (seconds) => void (now += 1000 * seconds),
    [Symbol.dispose]: () => void (performance.now = real),
  };
}
