import { join } from "node:path";
import { pino } from "pino";
import { parseParameters, type SomeParameters } from "../../../pipeline/settings/parameters.ts";
import type { DreamView, SourceFacts } from "../../../server/dreams/dream.ts";
import { Dreams, type DreamsOptions } from "../../../server/dreams/dreams.ts";
import type { News } from "../../../server/live/news.ts";
import { defaultLimits, type Limits } from "../../../server/options.ts";
import type { RenderedPicture } from "../../../server/rendering/job.ts";
import { SteppedRenderer } from "./stepped_renderer.ts";

/** A clip of ten frames. */
export const facts: SourceFacts = {
  width: 640,
  height: 480,
  duration: 1,
  frames: 10,
  frameRate: 10,
  audio: false,
  bytes: 6,
};

/** A hub that records everything it receives. */
export class RememberingHub {
  readonly news: { id: string; news: News }[] = [];
  readonly pictures: { id: string; picture: RenderedPicture }[] = [];
  readonly ended: string[] = [];
  state: ((id: string) => DreamView) | undefined;
  see: (id: string, wanted: boolean) => void = () => {};

  publish(id: string, news: News): void {
    this.news.push({ id, news });
  }

  picture(id: string, picture: RenderedPicture): void {
    this.pictures.push({ id, picture });
  }

  end(id: string): void {
    this.ended.push(id);
  }

  setStateSource(state: (id: string) => DreamView): void {
    this.state = state;
  }

  onSee(listener: (id: string, wanted: boolean) => void): void {
    this.see = listener;
  }

  /** The news received about a dream, in words: the type, and the state if there is one. */
  told(id: string): string[] {
    return this.news.filter((one) => one.id === id).map(({ news }) =>
      "dream" in news ? `${news.type} ${news.dream.state}` : news.type
    );
  }
}

/** Dreams in a temporary folder, with a renderer that advances step by step. */
export class Harness implements AsyncDisposable {
  hub = new RememberingHub();
  renderer = new SteppedRenderer();
  dreams!: Dreams;
  #open = false;
  #uploads = 0;

  private constructor(readonly data: string) {}

  /** For an existing data folder; nothing is opened yet. */
  static at(data: string): Harness {
    return new Harness(data);
  }

  static async open(options: Partial<Omit<DreamsOptions, "limits">> & { limits?: Partial<Limits> } = {}) {
    const harness = new Harness(await Deno.makeTempDir({ prefix: "reverie-dreams-" }));
    await harness.reopen(options);
    return harness;
  }

  /** Reopens the dreams of the folder with a new renderer and hub. */
  async reopen(options: Partial<Omit<DreamsOptions, "limits">> & { limits?: Partial<Limits> } = {}) {
    await this.close();
    this.hub = new RememberingHub();
    this.renderer = new SteppedRenderer();
    const { data, hub, renderer } = this;
    const limits = { ...defaultLimits, ...options.limits };
    const log = pino({ level: "silent" });
    this.dreams = await Dreams.open({ data, hub, renderer, log, ...options, limits });
    this.#open = true;
  }

  async close(): Promise<void> {
    if (this.#open) await this.dreams.close();
    this.#open = false;
  }

  /** A file as an upload leaves it. */
  async upload(content = "source"): Promise<string> {
    const file = join(this.data, `upload${this.#uploads++}`);
    await Deno.writeTextFile(file, content);
    return file;
  }

  async create(given: SomeParameters = {}, name = "clip.mp4"): Promise<DreamView> {
    const parameters = parseParameters(given);
    return await this.dreams.create({ file: await this.upload(), name, facts, given, parameters });
  }

  /** Waits until a dream is in a state. */
  async until(id: string, state: DreamView["state"]): Promise<DreamView> {
    await eventually(() => this.dreams.get(id).state === state);
    return this.dreams.get(id);
  }

  /** Names in a dream's folder, sorted; undefined if the folder does not exist. */
  folder(id: string): string[] | undefined {
    try {
      return [...Deno.readDirSync(join(this.data, "dreams", id))].map(({ name }) => name).sort();
    } catch {
      return undefined;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
    await Deno.remove(this.data, { recursive: true });
  }
}

/** Waits until a condition holds; fails after a minute. */
export async function eventually(holds: () => boolean, seconds = 60): Promise<void> {
  const end = performance.now() + seconds * 1000;
  while (!holds()) {
    if (performance.now() > end) throw new Error(`after ${seconds} s there is still not: ${holds}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
