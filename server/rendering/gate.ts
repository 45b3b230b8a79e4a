import { deadline } from "../../models/deadline.ts";

/**
 * Stands between the frames of a rendering, so that short work (a preview, the camera) can go first: the rendering
 * rests there as long as the gate is held.
 */
export class Gate {
  /** Settled when the gate opens; there only while it is held. */
  #opening: PromiseWithResolvers<void> | undefined;
  /** Settled when no frame is being made. */
  #rest: PromiseWithResolvers<void> | undefined;
  #frameUnderWay = false;
  readonly #onRest: (resting: boolean) => void;

  /** @param onRest told when a rendering begins to rest and when it goes on */
  constructor(onRest: (resting: boolean) => void) {
    this.#onRest = onRest;
  }

  /** Closes the gate. Settled when the rendering has come to it, or there is none; rejected when the signal aborts. */
  async hold(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    this.#opening = Promise.withResolvers();
    if (!this.#frameUnderWay) return;
    this.#rest = Promise.withResolvers();
    await deadline(this.#rest.promise, { signal });
  }

  /** Opens it again. */
  release(): void {
    this.#opening?.resolve();
    this.#opening = undefined;
    this.#rest = undefined;
  }

  /** Between two frames of the rendering, and before the first: waits as long as the gate is held. */
  async pass(signal: AbortSignal): Promise<void> {
    this.leave();
    while (this.#opening && !signal.aborted) {
      this.#onRest(true);
      await deadline(this.#opening.promise, { signal }).catch(() => {});
      this.#onRest(false);
    }
    this.#frameUnderWay = true;
  }

  /** The rendering is over. */
  leave(): void {
    this.#frameUnderWay = false;
    this.#rest?.resolve();
  }
}
