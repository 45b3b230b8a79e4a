import { deadline } from "../../pipeline/deadline.ts";

/**
 * Pauses a rendering between frames so that short work (a preview, the camera) can go first. The rendering is
 * paused while the gate is held.
 */
export class Gate {
  /** Settles when the gate opens; set only while it is held. */
  #opening: PromiseWithResolvers<void> | undefined;
  /** Settles when no frame is being made. */
  #rest: PromiseWithResolvers<void> | undefined;
  #frameUnderWay = false;
  readonly #onRest: (resting: boolean) => void;

  /** @param onRest called with true when a rendering pauses and with false when it resumes */
  constructor(onRest: (resting: boolean) => void) {
    this.#onRest = onRest;
  }

  /**
   * Closes the gate. Resolves once the rendering has reached it, or at once if there is none; rejects when
   * the signal aborts.
   */
  async hold(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    this.#opening = Promise.withResolvers();
    if (!this.#frameUnderWay) return;
    this.#rest = Promise.withResolvers();
    await deadline(this.#rest.promise, { signal });
  }

  /** Opens the gate. */
  release(): void {
    this.#opening?.resolve();
    this.#opening = undefined;
    this.#rest = undefined;
  }

  /** Waits while the gate is held; the rendering calls it before its first frame and after each frame. */
  async pass(signal: AbortSignal): Promise<void> {
    this.leave();
    while (this.#opening && !signal.aborted) {
      this.#onRest(true);
      await deadline(this.#opening.promise, { signal }).catch(() => {});
      this.#onRest(false);
    }
    this.#frameUnderWay = true;
  }

  /** Reports that the rendering has ended. */
  leave(): void {
    this.#frameUnderWay = false;
    this.#rest?.resolve();
  }
}
