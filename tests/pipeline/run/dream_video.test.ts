import assert from "node:assert/strict";
import { basename, extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { type DreamJob, dreamVideo } from "../../../pipeline/run/dream_video.ts";
import type { DreamEvent, FrameEvent } from "../../../pipeline/run/events.ts";
import { InterruptedError } from "../../../pipeline/run/interrupted.ts";
import { parseParameters, type SomeParameters } from "../../../pipeline/settings/parameters.ts";
import {
  count,
  type Counted,
  draw,
  drawCard,
  inFolder,
  names,
  type SharedClip,
  sharedClip,
  sharedClips,
} from "../clips.ts";
import { testWith } from "../../needs.ts";
import { sharedFile } from "../../shared_data.ts";
import { smallNetwork } from "../../small_network.ts";

/** The built-in network with as little work per frame as possible. */
const quick: SomeParameters = {
  ...smallNetwork,
  imageSize: 96,
  octaves: 1,
  firstIterations: 2,
  octaveIterations: 1,
  flow: "dis",
  flowSize: 64,
};

function job(
  input: string,
  output: string,
  settings: SomeParameters = {},
  rest: Partial<DreamJob> = {},
): DreamJob {
  return {
    input,
    output,
    providers: ["cpu"],
    parameters: parseParameters({ ...quick, ...settings }),
    ...rest,
  };
}

async function eventsOf(job: DreamJob): Promise<DreamEvent[]> {
  const events: DreamEvent[] = [];
  for await (const event of dreamVideo(job)) events.push(event);
  return events;
}

const framesOf = (events: DreamEvent[]) =>
  events.filter((event): event is FrameEvent => event.event === "frame");

/** One hash of the pixels per frame. */
async function pictureHashes(folder: string, video: string): Promise<string> {
  const list = await draw("-i", video, "-map", "0:v", "-f", "framemd5", join(folder, "hashes.txt"));
  return await Deno.readTextFile(list);
}

/** The first half second of a clip, not re-encoded, so that the clip's peculiarities stay. */
async function beginningOf({ name, path }: SharedClip, folder: string): Promise<string> {
  // A live-written file does not contain its duration.
  const live = name === "no_duration.webm" ? ["-live", "1"] : [];
  return await draw("-t", "0.5", "-i", path, "-c", "copy", ...live, join(folder, `source${extname(name)}`));
}

for (const clip of sharedClips) {
  testWith(
    clip,
    `${clip.name} comes out with its frames, size, duration and sound`,
    () =>
      inFolder(async (folder) => {
        const [input, output] = [await beginningOf(clip, folder), join(folder, "dream.mp4")];
        await eventsOf(job(input, output));
        const [before, after] = [await count(input), await count(output)];
        const [source, picture] = [before, after].map(({ streams }) =>
          streams.find(({ codec_type }) => codec_type === "video")!
        );
        const frames = Number(source!.nb_read_frames);
        assert.ok(frames >= 8, `${frames} frames`);
        assert.equal(Number(picture!.nb_read_frames), frames);
        const [width, height] = [clip.width, clip.height].map((side) => side + side % 2);
        assert.deepEqual([picture!.width, picture!.height], [width, height]);
        const hasSound = ({ streams }: Counted) => streams.some(({ codec_type }) => codec_type === "audio");
        assert.equal(hasSound(after), hasSound(before));
        const duration = Number(before.format.duration);
        assert.equal(isNaN(duration), clip.name === "no_duration.webm");
        if (duration > 0) {
          assert.ok(Math.abs(Number(after.format.duration) - duration) < duration / frames + 0.03);
        }
        assert.deepEqual(names(folder), ["dream.mp4", basename(input)]);
      }),
  );
}

Deno.test("same seed, same pictures; another seed, others", () =>
  inFolder(async (folder) => {
    const card = await drawCard(folder, { size: "128x96", seconds: 0.4, sound: false });
    const hashes = async (name: string, seed: number) => {
      const settings = { model: "inception-v3", layers: ["mixed0"], seed, octaveIterations: 2 };
      await eventsOf(job(card, join(folder, name), settings));
      return await pictureHashes(folder, join(folder, name));
    };
    const first = await hashes("a.mp4", 7);
    assert.equal(await hashes("b.mp4", 7), first);
    assert.notEqual(await hashes("c.mp4", 8), first);
  }));

Deno.test("events tell of the run, and time stamps are the source's", () =>
  inFolder(async (folder) => {
    const card = await drawCard(folder, { size: "160x90", rate: "12.5", seconds: 0.8 });
    const events = await eventsOf(job(card, join(folder, "dream.mp4")));
    const [start, done] = [events[0]!, events.at(-1)!];
    assert.ok(
      start.event === "start" && start.frames === 10 && start.flow === "dis" && start.provider === "cpu",
    );
    assert.ok(done.event === "done" && done.frames === 10 && done.peakMemory > 1e8);
    const frames = framesOf(events);
    assert.deepEqual(frames.map(({ index }) => index), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    frames.forEach(({ pts, visible }, index) => {
      assert.ok(Math.abs(pts - index * 0.08) < 1e-3);
      assert.ok(index === 0 ? visible === 0 : visible > 0.5);
    });
    assert.equal(frames.at(-1)!.eta, 0);
  }));

Deno.test("a part of the source, with HLS and a dump", () =>
  inFolder(async (folder) => {
    const card = await drawCard(folder, { seconds: 2 });
    const [output, hls, dump] = ["dream.mp4", "hls", "dump"].map((name) => join(folder, name)) as [
      string,
      string,
      string,
    ];
    const events = await eventsOf(job(card, output, {}, { from: 0.5, duration: 1.2, hls, dump }));
    assert.equal(framesOf(events).length, 30);
    assert.ok(names(hls).includes("index.m3u8"));
    assert.equal(Number((await count(join(hls, "index.m3u8"))).streams[0]!.nb_read_frames), 30);
    assert.equal(names(join(dump, "dream")).length, 30);
    assert.equal(names(join(dump, "flow")).length, 29);
  }));

async function assertFramesAsTold(source: string, folder: string, duration: number): Promise<void> {
  const events = await eventsOf(job(source, join(folder, "dream.mp4"), {}, { duration }));
  const start = events[0]!;
  assert.equal(start.event === "start" && start.frames, framesOf(events).length, `${duration} s`);
}

Deno.test("a part has as many frames as are told at the start", () =>
  inFolder(async (folder) => await assertFramesAsTold(await drawCard(folder, { seconds: 1 }), folder, 0.3)));

const rotated = sharedClip("rotate-buck-bunny.mp4");

testWith(
  rotated,
  "a part of a filmed clip has as many frames as are told at the start",
  () =>
    inFolder(async (folder) => {
      for (const duration of [0.3, 0.5]) await assertFramesAsTold(rotated.path, folder, duration);
    }),
);

Deno.test("a scene cut starts afresh", () =>
  inFolder(async (folder) => {
    const scenes = "[0:v][1:v]concat=n=2:v=1:a=0";
    const inputs = ["mandelbrot=s=128x96:r=10", "testsrc2=s=128x96:r=10"].flatMap((
      source,
    ) => ["-f", "lavfi", "-t", "0.4", "-i", source]);
    const clip = await draw(
      ...inputs,
      "-filter_complex",
      scenes,
      "-pix_fmt",
      "yuv420p",
      join(folder, "cut.mp4"),
    );
    const frames = framesOf(await eventsOf(job(clip, join(folder, "dream.mp4"))));
    assert.equal(frames.length, 8);
    assert.ok(
      frames[4]!.visible < 0.25 && frames[3]!.visible > 0.4,
      `${frames.map(({ visible }) => visible)}`,
    );
  }));

Deno.test("a picture dreams to a picture of its size", () =>
  inFolder(async (folder) => {
    const photo = await draw(
      "-f",
      "lavfi",
      "-i",
      "testsrc=s=201x151",
      "-frames:v",
      "1",
      join(folder, "photo.png"),
    );
    const events = await eventsOf(job(photo, join(folder, "dream.png")));
    const start = events[0]!;
    assert.ok(start.event === "start" && start.flow === "none");
    const { streams } = await count(join(folder, "dream.png"));
    assert.deepEqual([streams[0]!.width, streams[0]!.height], [201, 151]);
  }));

const squeezeNet = sharedFile("weights/squeezenet1_1.onnx");

testWith(squeezeNet, "a network of the user's own dreams", () =>
  inFolder(async (folder) => {
    const sample = fileURLToPath(new URL("../../../static/sample.mp4", import.meta.url));
    const lossAfter = async (firstIterations: number) => {
      const settings = { model: squeezeNet.path, layers: ["features.4"], firstIterations };
      return framesOf(
        await eventsOf(job(sample, join(folder, "dream.mp4"), settings, { duration: 0.04 })),
      )[0]!.loss;
    };
    assert.ok(await lossAfter(12) > 1.1 * await lossAfter(1));
  }));

Deno.test("an interrupted dream leaves a playable part under another name", () =>
  inFolder(async (folder) => {
    const card = await drawCard(folder, { seconds: 3 });
    const controller = new AbortController();
    const run = async () => {
      for await (
        const event of dreamVideo(job(card, join(folder, "dream.mp4"), {}, { signal: controller.signal }))
      ) {
        if (event.event === "frame" && event.index === 9) controller.abort();
      }
    };
    let interrupted: unknown;
    await run().catch((error) => interrupted = error);
    assert.ok(interrupted instanceof InterruptedError);
    assert.equal(interrupted.partial, join(folder, "dream.partial.mp4"));
    assert.deepEqual(names(folder), ["card.mp4", "dream.partial.mp4"]);
    const { streams } = await count(interrupted.partial);
    assert.equal(Number(streams[0]!.nb_read_frames), interrupted.frames);
    assert.ok(interrupted.frames >= 10);
  }));
