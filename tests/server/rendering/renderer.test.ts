import assert from "node:assert/strict";
import { join } from "node:path";
import sharp from "sharp";
import { ReverieError } from "../../../pipeline/errors.ts";
import {
  filesIn,
  oneRenderer,
  quick,
  quickJob,
  quickWish,
  sample,
  Told,
  until,
  withRenderer,
} from "./jobs.ts";

const withTheRenderer = oneRenderer();

const refusal = (code: string, field?: string) => (error: unknown) =>
  error instanceof ReverieError && error.code === code && error.field === field;

Deno.test("render() makes the video and the stream and tells of every frame", () =>
  withTheRenderer(async (renderer, folder) => {
    const told = new Told();
    const { frames, output } = await renderer.render(quickJob(folder), told).finished;
    assert.equal(output, join(folder, "video.mp4"));
    assert.equal(frames, 8);
    assert.deepEqual(told.frames.map(({ index }) => index), [0, 1, 2, 3, 4, 5, 6, 7]);
    assert.deepEqual(told.starts.map(({ width, height, frames }) => [width, height, frames]), [[
      480,
      270,
      8,
    ]]);
    assert.deepEqual(filesIn(folder), ["hls", "video.mp4"]);
    assert.ok(filesIn(join(folder, "hls")).includes("index.m3u8"));
    assert.deepEqual(told.warnings, []);
  }));

Deno.test("render() settles a wish when it begins, and dreams with what came of it", () =>
  withTheRenderer(async (renderer, folder) => {
    const told = new Told();
    const job = quickJob(folder, { parameters: quick({ octaves: 2 }), wish: quickWish({ seed: 7 }) });
    await renderer.render(job, told).finished;
    const [{ parameters, network }] = told.starts as [typeof told.starts[number]];
    assert.deepEqual(parameters, quick({ seed: 7 }));
    assert.equal(network, "mobilefacenet");
  }));

Deno.test("render() shows JPEGs of bounded size: the first with its source, the last frame never left out", () =>
  withTheRenderer(async (renderer, folder) => {
    const told = new Told();
    await renderer.render(quickJob(folder), told).finished;
    const [first, last] = [told.pictures[0]!, told.pictures.at(-1)!];
    assert.deepEqual([first.index, last.index], [0, 7]);
    assert.ok(first.source);
    assert.equal(last.source, undefined);
    assert.equal(first.flow, undefined);
    for (const jpeg of [first.dreamed, first.source, last.dreamed]) {
      const { format, width, height } = await sharp(jpeg).metadata();
      assert.deepEqual([format, width, height], ["jpeg", 480, 270]);
    }
    const indices = told.pictures.map(({ index }) => index);
    assert.deepEqual(indices, [...new Set(indices)].sort((a, b) => a - b));
  }));

Deno.test("see() brings source, flow and mask with the pictures as long as it is wanted", () =>
  withTheRenderer(async (renderer, folder) => {
    const told = new Told(({ index }) => {
      if (index === 1) rendering.see(true);
      if (told.pictures.some(({ flow, mask, source }) => flow && mask && source)) rendering.see(false);
    });
    const rendering = renderer.render(quickJob(folder, { duration: 2 }), told);
    await rendering.finished;
    const seen = told.pictures.filter(({ flow, mask, source }) => flow && mask && source);
    assert.ok(seen.length > 0);
    assert.ok(seen.every(({ index }) => index > 1), seen.map(({ index }) => index).join());
    const { channels, width } = await sharp(seen[0]!.mask).metadata();
    assert.deepEqual([channels, width], [1, told.starts[0]!.workingWidth]);
    const last = told.pictures.at(-1)!;
    assert.deepEqual([last.source, last.flow, last.mask], [undefined, undefined, undefined]);
  }));

Deno.test("change() takes effect at the frame it names, and the same change recorded gives the same frames", () =>
  withTheRenderer(async (renderer, folder) => {
    let answer: Promise<number> | undefined;
    const told = new Told(({ index }) => {
      if (index === 3) answer = rendering.change({ octaveIterations: 4, learningRate: 9 });
    });
    const rendering = renderer.render(quickJob(folder, { duration: 1 }), told);
    await rendering.finished;
    const frame = await answer!;
    assert.ok(frame > 3, String(frame));

    const again = new Told();
    const parameters = { octaveIterations: 4, learningRate: 9 };
    const job = quickJob(folder, { duration: 1, changes: [{ frame, parameters }] });
    await renderer.render(job, again).finished;
    assert.deepEqual(again.frames.map(({ loss }) => loss), told.frames.map(({ loss }) => loss));

    const unchanged = new Told();
    await renderer.render(quickJob(folder, { duration: 1 }), unchanged).finished;
    const losses = unchanged.frames.map(({ loss }) => loss);
    assert.deepEqual(losses.slice(0, frame), told.frames.slice(0, frame).map(({ loss }) => loss));
    assert.notEqual(losses[frame], told.frames[frame]!.loss);
  }));

Deno.test("change() to what the network does not have is refused with the setting's name and the dream goes on", () =>
  withTheRenderer(async (renderer, folder) => {
    const answers: Promise<void>[] = [];
    const told = new Told(({ index }) => {
      if (index !== 1) return;
      answers.push(
        assert.rejects(rendering.change({ layers: ["mixed99"] }), refusal("invalid_parameter", "layers")),
        assert.rejects(rendering.change({ channels: [99_999] }), refusal("invalid_parameter", "channels")),
      );
    });
    const rendering = renderer.render(quickJob(folder, { duration: 1 }), told);
    assert.equal((await rendering.finished).frames, 24);
    assert.equal(answers.length, 2);
    await Promise.all(answers);
    await assert.rejects(rendering.change({ blend: 0.5 }), refusal("conflict"));
  }));

Deno.test("change() of the layers takes effect while the dream runs", () =>
  withTheRenderer(async (renderer, folder) => {
    let answer: Promise<number> | undefined;
    const told = new Told(({ index }) => {
      if (index === 1) answer = rendering.change({ layers: ["399"], octaves: 2 });
    });
    const rendering = renderer.render(quickJob(folder, { duration: 1 }), told);
    await rendering.finished;
    assert.ok(await answer! > 1);
  }));

Deno.test("stop() rejects with its reason and leaves a playable partial video", () =>
  withTheRenderer(async (renderer, folder) => {
    const reason = new Error("cancelled by its owner");
    const told = new Told(({ index }) => index === 5 && rendering.stop(reason));
    const rendering = renderer.render(quickJob(folder, { duration: 2 }), told);
    await assert.rejects(rendering.finished, (error) => error === reason);
    assert.deepEqual(filesIn(folder), ["hls", "video.partial.mp4"]);
    assert.ok(told.frames.length < 48);
    const count = told.frames.length;
    // The place is free at once, and the old rendering reports nothing more.
    const next = new Told();
    await renderer.render(quickJob(folder), next).finished;
    assert.equal(next.frames.length, 8);
    assert.equal(told.frames.length, count);
  }));

Deno.test("stop() works before the first frame", () =>
  withTheRenderer(async (renderer, folder) => {
    const reason = new Error("changed my mind");
    const rendering = renderer.render(quickJob(folder), new Told());
    rendering.stop(reason);
    await assert.rejects(rendering.finished, (error) => error === reason);
    assert.ok(!filesIn(folder).includes("video.mp4"));
  }));

Deno.test("render() takes one dream at a time", () =>
  withTheRenderer(async (renderer, folder) => {
    const rendering = renderer.render(quickJob(folder), new Told());
    assert.throws(() => renderer.render(quickJob(folder), new Told()), refusal("busy"));
    await rendering.finished;
  }));

Deno.test("a source that is no video is told to be none, without the server's paths", () =>
  withTheRenderer(async (renderer, folder) => {
    const input = join(folder, "source");
    await Deno.writeTextFile(input, "no video");
    const { finished } = renderer.render(quickJob(folder, { input }), new Told());
    await assert.rejects(finished, (error: ReverieError) => {
      assert.equal(error.code, "not_a_video");
      assert.match(error.message, /^the source is .*not a video/);
      assert.ok(!error.message.includes(folder));
      return true;
    });
  }));

Deno.test("a layer that the network does not have is an invalid parameter", () =>
  withTheRenderer(async (renderer, folder) => {
    const { finished } = renderer.render(
      quickJob(folder, { parameters: quick({ layers: ["nose"] }) }),
      new Told(),
    );
    await assert.rejects(finished, refusal("invalid_parameter", "layers"));
    const preview = renderer.preview({ input: sample, at: 0, wish: quickWish({ channels: [99_999] }) });
    await assert.rejects(preview, refusal("invalid_parameter", "channels"));
  }));

Deno.test("a provider that does not work is the server's fault", () =>
  withRenderer(async (renderer, folder) => {
    const { finished } = renderer.render(quickJob(folder), new Told());
    await assert.rejects(finished, refusal("provider_unusable"));
  }, { providers: ["nonsense"] }));

Deno.test("an error in a hook stops the dream with that error", () =>
  withTheRenderer(async (renderer, folder) => {
    const told = new Told(() => {
      throw new Error("the table is locked");
    });
    await assert.rejects(renderer.render(quickJob(folder), told).finished, /the table is locked/);
  }));

Deno.test("close() stops a dream in order", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await withRenderer(async (renderer) => {
      const told = new Told();
      const { finished } = renderer.render(quickJob(folder, { duration: 2 }), told);
      await until(() => told.frames.length > 3);
      await renderer.close();
      await assert.rejects(finished);
      assert.deepEqual(filesIn(folder), ["hls", "video.partial.mp4"]);
      assert.throws(() => renderer.render(quickJob(folder), told), refusal("busy"));
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
