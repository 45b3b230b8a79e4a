import { toGrey } from "./dis/grey.ts";
import { DisThread } from "./dis_thread.ts";
import type { FlowEstimator, FlowOptions, FlowPair, Picture } from "./flow.ts";

/**
 * Optical flow without a network: DIS in its own Worker. Pairs are computed one after another. Close it when done;
 * otherwise the Worker keeps the program running.
 *
 * ```ts ignore
 * using estimator = new DisEstimator();
 * const { backward } = await estimator.pair(previous, current);
 * ```
 */
export class DisEstimator implements FlowEstimator {
  readonly name = "dis";
  readonly #thread = new DisThread();

  async pair(previous: Picture, current: Picture, { signal }: FlowOptions = {}): Promise<FlowPair> {
    signal?.throwIfAborted();
    return await this.#thread.run(
      { kind: "pair", previous: toGrey(previous), current: toGrey(current) },
      signal,
    );
  }

  close(): void {
    this.#thread.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }
}
