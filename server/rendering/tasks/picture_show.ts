/** Pictures of a rendering for its viewers. */
import { reasonOf } from "../../../pipeline/errors.ts";
import type { WatchedFrame, Watcher } from "../../../pipeline/watch.ts";
import type { RenderedPicture } from "../job.ts";
import { encodeJpeg, type Pixels } from "../jpeg.ts";
import { Newest } from "../newest.ts";
import { buffersOf, type TaskTools } from "./task.ts";

/** Longest side of a shown picture, in pixels. */
const longestSide = 960;

/** A frame, and whether to show its source. */
interface ShownFrame {
  frame: WatchedFrame;
  source: boolean;
}

/**
 * Encodes the newest frame as JPEG alongside the dream. Of the frames that arrive during an encoding only the
 * newest is kept. The first frame comes with its source.
 */
export class PictureShow implements Watcher {
  /** Whether pictures come with source, flow and mask. */
  everything = false;
  readonly #frames = new Newest<ShownFrame>();
  readonly #report: TaskTools["report"];
  readonly #shown: Promise<void>;
  #first = true;

  constructor(report: TaskTools["report"]) {
    this.#report = report;
    this.#shown = this.#show();
  }

  wantsMotion(): boolean {
    return this.everything;
  }

  frame(frame: WatchedFrame): void {
    this.#frames.offer({ frame, source: this.everything || this.#first });
    this.#first = false;
  }

  /** Resolves once the last frame has been shown. */
  async close(): Promise<void> {
    this.#frames.close();
    await this.#shown;
  }

  async #show(): Promise<void> {
    for await (const shown of this.#frames) {
      try {
        const picture = await render(shown);
        const { dreamed, source, flow, mask } = picture;
        this.#report({ kind: "rendered", picture }, buffersOf(dreamed, source, flow, mask));
      } catch (error) {
        // This does not affect the dream.
        this.#report({ kind: "warning", line: `a frame cannot be shown: ${reasonOf(error)}` });
      }
    }
  }
}

async function render({ frame, source }: ShownFrame): Promise<RenderedPicture> {
  const { index, pts, flow, mask } = frame;
  const picture: RenderedPicture = { index, pts, dreamed: await jpeg(frame.dreamed) };
  if (source) picture.source = await jpeg(frame.source);
  if (flow) picture.flow = await jpeg(flow);
  if (mask) picture.mask = await jpeg(mask);
  return picture;
}

async function jpeg(picture: Pixels): Promise<Uint8Array<ArrayBuffer>> {
  return (await encodeJpeg(picture, longestSide)).bytes;
}
