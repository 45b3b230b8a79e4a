import assert from "node:assert/strict";
import { join } from "node:path";
import { pino } from "pino";
import sharp from "sharp";
import { locate } from "../../../pipeline/ffmpeg/locate.ts";
import { probe } from "../../../pipeline/ffmpeg/probe.ts";
import type { SomeParameters } from "../../../pipeline/settings/parameters.ts";
import { settings } from "../../../pipeline/settings/settle.ts";
import { type DreamFiles, dreamFiles } from "../../../server/dreams/dream_files.ts";
import type { DreamView } from "../../../server/dreams/dream.ts";
import { Dreams } from "../../../server/dreams/dreams.ts";
import { LiveHub } from "../../../server/live/hub.ts";
import { defaultLimits } from "../../../server/options.ts";
import { Renderer } from "../../../server/rendering/renderer.ts";
import { eventually } from "./harness.ts";
import { smallNetwork } from "../../small_network.ts";

const sample = new URL("../../../static/sample.mp4", import.meta.url);
const quick = { imageSize: 64, octaves: 1, firstIterations: 1, octaveIterations: 1, ...smallNetwork };

/** Dreams as in the server, with the real renderer and hub. */
class Server implements AsyncDisposable {
  renderer!: Renderer;
  hub!: LiveHub;
  dreams!: Dreams;

  private constructor(readonly data: string) {}

  static async start(): Promise<Server> {
    const server = new Server(await Deno.makeTempDir({ prefix: "reverie-rendered-" }));
    await server.open();
    return server;
  }

  async open(): Promise<void> {
    this.renderer = new Renderer({ providers: ["cpu"] });
    this.hub = new LiveHub();
    const { data, renderer, hub } = this;
    this.dreams = await Dreams.open({
      ...{ data, renderer, hub, limits: defaultLimits, log: pino({ level: "silent" }) },
    });
  }

  async close(): Promise<void> {
    await this.dreams.close();
    await this.renderer.close();
    this.hub.close();
  }

  async create(given: SomeParameters, duration: number): Promise<DreamView> {
    const file = join(this.data, "upload");
    await Deno.copyFile(sample, file);
    const { width, height, duration: seconds } = await probe(file);
    const facts = { width, height, duration: seconds, frameRate: 25, audio: true, bytes: 1 };
    const parameters = settings({ given });
    return await this.dreams.create({ file, name: "sample.mp4", facts, given, parameters, duration });
  }

  async until(id: string, holds: (dream: DreamView) => boolean): Promise<DreamView> {
    await eventually(() => {
      const dream = this.dreams.get(id);
      if (dream.error) throw new Error(dream.error.message);
      return holds(dream);
    });
    return this.dreams.get(id);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
    await Deno.remove(this.data, { recursive: true });
  }
}

Deno.test("a clip is dreamed, streamed and kept with its pictures", async () => {
  await using server = await Server.start();
  const { id } = await server.create(quick, 0.4);
  const news: string[] = [];
  const shown = new Set<number>();
  const leave = server.hub.join(id, {
    news: (_text, { type }) => void news.push(type),
    frame: ({ index }) => void shown.add(index),
    end: () => void news.push("end"),
    held: 0,
  });
  const done = await server.until(id, ({ state }) => state === "done");
  leave();
  assert.deepEqual(Object.keys(done.links).slice(4), ["hls", "video", "poster", "before"]);
  const files: DreamFiles = server.dreams.files(id);
  const { width, height, frames } = await probe(files.video);
  assert.equal(done.progress.frames, frames);
  assert.equal(done.progress.total, frames);
  assert.match(await Deno.readTextFile(files.playlist), /#EXT-X-ENDLIST/);
  for (const picture of [files.poster, files.before]) {
    const { width: w = 0, height: h = 1, format } = await sharp(picture).metadata();
    assert.equal(format, "jpeg");
    assert.ok(Math.abs(w / h - width / height) < 0.02);
  }
  assert.notDeepEqual(await Deno.readFile(files.poster), await Deno.readFile(files.before));
  assert.equal(shown.size, done.progress.frames);
  assert.deepEqual([news[0], ...news.slice(-2)], ["state", "done", "end"]);
  assert.ok(news.includes("hls"));
});

Deno.test("a dream that a restart broke off becomes what it would have been", async () => {
  await using server = await Server.start();
  const { id } = await server.create(quick, 2);
  await server.until(id, ({ progress }) => progress.frames >= 2);
  const { frame } = await server.dreams.change(id, { learningRate: 20, blend: 0.8 });
  assert.ok(frame !== null && frame >= 2);
  await server.until(id, ({ progress }) => progress.frames > frame + 1);
  await server.close();
  await server.open();
  const { changes } = await server.until(id, ({ state }) => state === "done");
  assert.deepEqual(changes.map((change) => change.frame), [frame]);

  const files = server.dreams.files(id);
  const job = { input: files.source, output: join(server.data, "once.mp4"), hls: join(server.data, "hls") };
  const nothing = () => {};
  await server.renderer.render(
    {
      ...job,
      parameters: settings({ given: quick }),
      duration: 2,
      changes: [{ frame, parameters: { learningRate: 20, blend: 0.8 } }],
    },
    { start: nothing, frame: nothing, picture: nothing, download: nothing, warning: nothing },
  ).finished;
  assert.deepEqual(await frameHashes(files.video), await frameHashes(job.output));
});

Deno.test("a dream is cancelled with what it has, and removed in mid-run with all of it", async () => {
  await using server = await Server.start();
  const { id } = await server.create(quick, 2);
  await server.until(id, ({ progress }) => progress.frames >= 2);
  assert.equal((await server.dreams.cancel(id)).state, "cancelled");
  assert.ok((await probe(server.dreams.files(id).partial)).width > 0);
  const again = await server.dreams.again(id);
  await server.until(again.id, ({ progress }) => progress.frames >= 2);
  await server.dreams.remove(again.id);
  const { folder } = dreamFiles(join(server.data, "dreams"), again.id);
  await assert.rejects(Deno.stat(folder), Deno.errors.NotFound);
  assert.deepEqual(server.dreams.list().map(({ id }) => id), [id]);
});

/** A hash of each frame of a video. */
async function frameHashes(path: string): Promise<string> {
  const { stdout } = await new Deno.Command((await locate("ffmpeg")).path, {
    args: ["-v", "error", "-i", path, "-map", "0:v", "-f", "framemd5", "-"],
  }).output();
  return new TextDecoder().decode(stdout);
}
