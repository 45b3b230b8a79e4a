import { Connection } from "./connection.ts";
import { type Latencies, latencies } from "./percentiles.ts";
import { playlistOf } from "./playlist.ts";
import type { Viewers, ViewersOptions } from "./viewer_kinds.ts";

/** Results of {@link StreamViewers}. */
export interface StreamFigures extends Latencies {
  playlists: number;
  /** Number of segments and their headers. */
  files: number;
  bytes: number;
  errors: string[];
}

/** Milliseconds between two requests for the playlist: the length of a segment. */
const interval = 1000;

/**
 * Viewers of a growing HLS stream, each on its own connection. Every second each requests the playlist and
 * all files in it that it does not have yet. Their seconds start at different times.
 */
export class StreamViewers implements Viewers {
  readonly #viewers: Viewer[];
  #log = newLog();

  constructor({ port, path, viewers }: ViewersOptions & { kind: "stream" }) {
    this.#viewers = Array.from({ length: viewers }, () => new Viewer(port, `${path}/hls`));
  }

  on(): Promise<void> {
    this.#log = newLog();
    this.#viewers.forEach((viewer, index) =>
      viewer.begin(this.#log, index * interval / this.#viewers.length)
    );
    return Promise.resolve();
  }

  async off(): Promise<StreamFigures> {
    await Promise.all(this.#viewers.map((viewer) => viewer.rest()));
    const { times, ...counts } = this.#log;
    return { ...latencies(times), ...counts };
  }
}

/** Results of all viewers; times in milliseconds. */
interface Log {
  times: number[];
  playlists: number;
  files: number;
  bytes: number;
  errors: string[];
}

function newLog(): Log {
  return { times: [], playlists: 0, files: 0, bytes: 0, errors: [] };
}

class Viewer {
  readonly #port: number;
  readonly #folder: string;
  readonly #have = new Set<string>();
  #connection: Connection | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #looking: Promise<void> = Promise.resolve();
  #on = false;
  #log = newLog();

  /** @param folder path of the stream's files */
  constructor(port: number, folder: string) {
    this.#port = port;
    this.#folder = folder;
  }

  /** @param delay milliseconds before the first request. */
  begin(log: Log, delay: number): void {
    this.#log = log;
    this.#on = true;
    this.#lookAt(performance.now() + delay);
  }

  async rest(): Promise<void> {
    this.#on = false;
    clearTimeout(this.#timer);
    await this.#looking;
    this.#connection?.close();
    this.#connection = undefined;
  }

  #lookAt(time: number): void {
    this.#timer = setTimeout(() => {
      this.#looking = this.#look().catch((error) => this.#fail(error)).then(() => {
        if (this.#on) this.#lookAt(time + interval);
      });
    }, Math.max(0, time - performance.now()));
  }

  async #look(): Promise<void> {
    const { header, segments } = playlistOf(new TextDecoder().decode(await this.#get("index.m3u8")));
    this.#log.playlists++;
    const files = [header, ...segments.map(({ name }) => name)];
    const held = [...this.#have].filter((name) => !files.includes(name));
    if (held.length > 0) throw new Error(`the playlist has lost ${held}`);
    for (const name of files.filter((name) => !this.#have.has(name))) {
      if ((await this.#get(name)).length === 0) throw new Error(`${name} is empty`);
      this.#have.add(name);
      this.#log.files++;
    }
  }

  async #get(name: string): Promise<Uint8Array> {
    const began = performance.now();
    this.#connection ??= await Connection.open(this.#port);
    const { status, body } = await this.#connection.get(`${this.#folder}/${name}`);
    this.#log.times.push(performance.now() - began);
    this.#log.bytes += body.length;
    if (status !== 200) throw new Error(`${name}: ${status}`);
    return body;
  }

  #fail(error: Error): void {
    this.#log.errors.push(error.message);
    this.#connection?.close();
    this.#connection = undefined;
  }
}
