/** Dreams that take as little time as possible, and their reports. */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { FrameEvent, StartEvent } from "../../../pipeline/run/events.ts";
import type { Parameters, SomeParameters } from "../../../pipeline/settings/parameters.ts";
import { settings as complete, type Wish } from "../../../pipeline/settings/settle.ts";
import type { RenderedPicture, RenderHooks, RenderJob } from "../../../server/rendering/job.ts";
import { Renderer } from "../../../server/rendering/renderer.ts";
import { inFolder } from "../../pipeline/clips.ts";
import { smallNetwork } from "../../small_network.ts";

export const sample = fileURLToPath(new URL("../../../static/sample.mp4", import.meta.url));

/** Settings that make a frame take as little time as possible. */
export function quickWish(settings: SomeParameters = {}): Wish {
  const given = {
    imageSize: 64,
    flowSize: 64,
    ...smallNetwork,
    octaves: 1,
    firstIterations: 1,
    octaveIterations: 1,
    ...settings,
  };
  return { given };
}

/** The same settings, complete. */
export function quick(settings: SomeParameters = {}): Parameters {
  return complete(quickWish(settings));
}

/** A rendering of the sample's first 0.3 s (8 frames) into a folder. */
export function quickJob(folder: string, job: Partial<RenderJob> = {}): RenderJob {
  return {
    input: sample,
    output: join(folder, "video.mp4"),
    hls: join(folder, "hls"),
    parameters: quick(),
    changes: [],
    duration: 0.3,
    ...job,
  };
}

/** All reports of a rendering, in order. */
export class Told implements RenderHooks {
  readonly starts: StartEvent[] = [];
  readonly frames: FrameEvent[] = [];
  readonly pictures: RenderedPicture[] = [];
  readonly warnings: string[] = [];
  readonly #onFrame: (event: FrameEvent) => void;

  constructor(onFrame: (event: FrameEvent) => void = () => {}) {
    this.#onFrame = onFrame;
  }

  start(event: StartEvent): void {
    this.starts.push(event);
  }
  frame(event: FrameEvent): void {
    this.frames.push(event);
    this.#onFrame(event);
  }
  picture(picture: RenderedPicture): void {
    this.pictures.push(picture);
  }
  download(): void {}
  warning(line: string): void {
    this.warnings.push(line);
  }
}

type Work = (renderer: Renderer, folder: string) => Promise<void>;

/** Calls with a renderer of its own and an empty folder, and removes both afterwards. */
export function withRenderer(work: Work, options?: ConstructorParameters<typeof Renderer>[0]): Promise<void> {
  return inFolder(async (folder) => {
    const renderer = new Renderer(options);
    try {
      await work(renderer, folder);
    } finally {
      await renderer.close();
    }
  });
}

/**
 * {@link withRenderer} with one renderer for all tests of a file, as a server has one for all its dreams;
 * starting one takes longer than a short dream.
 */
export function oneRenderer(): (work: Work) => Promise<void> {
  const renderer = new Renderer();
  Deno.test.afterAll(() => renderer.close());
  return (work) => inFolder((folder) => work(renderer, folder));
}

/** Names in a folder, sorted. */
export const filesIn = (folder: string) => Array.from(Deno.readDirSync(folder), ({ name }) => name).sort();

/**
 * Waits until a condition holds.
 *
 * @throws {Error} if it does not within `patience` milliseconds
 */
export async function until(condition: () => boolean, patience = 60_000): Promise<void> {
  const end = performance.now() + patience;
  while (!condition()) {
    if (performance.now() > end) throw new Error(`still not so after ${patience} ms: ${condition}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
