// @ts-check
/// <reference lib="dom" />

/**
 * Paints JPEG pictures on a canvas, sharp on every screen. While one is being decoded only the newest arrival
 * waits, so that a slow device never builds a backlog.
 */
export class Painter {
  canvas;
  /** @type {ImageBitmap | undefined} */
  #picture;
  /** @type {{ blob: Blob, onPainted: (() => void) | undefined } | undefined} */
  #waiting;
  #decoding = false;
  #natural;
  #resizing;

  /**
   * @param {HTMLCanvasElement} canvas its style sets its size on the page
   * @param {{ natural?: boolean }} [options] natural: use the pictures' resolution instead of the screen's
   */
  constructor(canvas, { natural = false } = {}) {
    this.canvas = canvas;
    this.#natural = natural;
    this.#resizing = new ResizeObserver((entries) =>
      this.#resize(/** @type {ResizeObserverEntry} */ (entries[0]))
    );
    if (!natural) this.#resizing.observe(canvas);
  }

  /** Whether a picture has been painted. */
  get painted() {
    return this.#picture !== undefined;
  }

  /** Size of the last picture. */
  get size() {
    return this.#picture && { width: this.#picture.width, height: this.#picture.height };
  }

  /**
   * Shows a picture as soon as it is decoded, unless a newer one arrives first.
   *
   * @param {Blob} blob JPEG
   * @param {() => void} [onPainted]
   */
  async show(blob, onPainted) {
    this.#waiting = { blob, onPainted };
    if (this.#decoding) return;
    this.#decoding = true;
    while (this.#waiting) {
      const next = this.#waiting;
      this.#waiting = undefined;
      try {
        this.paint(await createImageBitmap(next.blob));
        next.onPainted?.();
      } catch {
        // A picture that cannot be decoded is skipped; the next one follows.
      }
    }
    this.#decoding = false;
  }

  /**
   * Paints a decoded picture and takes ownership of it.
   *
   * @param {ImageBitmap} picture
   */
  paint(picture) {
    this.#picture?.close();
    this.#picture = picture;
    const { canvas } = this;
    if (this.#natural && (canvas.width !== picture.width || canvas.height !== picture.height)) {
      canvas.width = picture.width;
      canvas.height = picture.height;
    }
    this.#draw();
  }

  close() {
    this.#resizing.disconnect();
    this.#waiting = undefined;
    this.#picture?.close();
    this.#picture = undefined;
  }

  /** @param {ResizeObserverEntry} entry */
  #resize({ contentRect }) {
    const width = Math.round(contentRect.width * devicePixelRatio);
    const height = Math.round(contentRect.height * devicePixelRatio);
    if (width === 0 || height === 0) return;
    this.canvas.width = width;
    this.canvas.height = height;
    this.#draw();
  }

  #draw() {
    const context = this.canvas.getContext("2d", { alpha: false });
    if (!context || !this.#picture) return;
    context.imageSmoothingQuality = "high";
    context.drawImage(this.#picture, 0, 0, this.canvas.width, this.canvas.height);
  }
}
