// @ts-check
/// <reference lib="dom" />

const quality = 0.85;

/**
 * Takes JPEG pictures from a playing video, at most one for each of its frames and only on demand.
 */
export class FrameGrabber {
  mirrored = false;
  /** Camera frames that were not wanted. */
  skipped = 0;
  /** Size of the pictures. */
  size = { width: 640, height: 480 };
  #video;
  #wanted;
  #take;
  #canvas = document.createElement("canvas");
  #busy = false;
  #request = 0;

  /**
   * @param {HTMLVideoElement} video
   * @param {() => boolean} wanted called for each frame
   * @param {(jpeg: Blob, captured: number) => void} take
   */
  constructor(video, wanted, take) {
    this.#video = video;
    this.#wanted = wanted;
    this.#take = take;
    this.#next();
  }

  close() {
    this.#video.cancelVideoFrameCallback(this.#request);
  }

  #next() {
    this.#request = this.#video.requestVideoFrameCallback((now) => {
      this.#next();
      if (this.#busy || !this.#wanted()) this.skipped++;
      else this.#grab(now);
    });
  }

  /** @param {number} captured */
  async #grab(captured) {
    this.#busy = true;
    const { width, height } = this.size;
    const canvas = this.#canvas;
    if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
    const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d", { alpha: false }));
    context.setTransform(this.mirrored ? -1 : 1, 0, 0, 1, this.mirrored ? width : 0, 0);
    context.drawImage(this.#video, 0, 0, width, height);
    /** @type {Blob | null} */
    const jpeg = await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", quality));
    this.#busy = false;
    if (jpeg) this.#take(jpeg, captured);
  }
}

/**
 * The size at which camera frames are sent: the camera's own up to a longest side, with even sides.
 *
 * @param {{ videoWidth: number, videoHeight: number }} video
 * @param {number} longest
 */
export function sendingSize({ videoWidth, videoHeight }, longest) {
  const shrink = Math.min(1, longest / Math.max(videoWidth, videoHeight));
  const even = (/** @type {number} */ side) => Math.max(16, 2 * Math.round(side * shrink / 2));
  return { width: even(videoWidth), height: even(videoHeight) };
}
