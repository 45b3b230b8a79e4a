import assert from "node:assert/strict";
import { join } from "node:path";
import { inceptionV3 } from "../../../models/catalog.ts";
import { Engine } from "../../../models/engine/engine.ts";
import { ReverieError } from "../../../models/errors.ts";
import type { FlowField, Picture } from "../../../models/flow/flow.ts";
import { evaluate, type EvaluateOptions } from "../../../pipeline/evaluate/evaluate.ts";
import { drift, look, slope } from "../../../pipeline/evaluate/drift.ts";
import { luma, measuredSize, pictureOf } from "../../../pipeline/evaluate/pictures.ts";
import { meanSquaredError, psnr, structuralSimilarity } from "../../../pipeline/evaluate/similarity.ts";
import { StrengthMeter } from "../../../pipeline/evaluate/strength.ts";
import { visiblePixels, warpingError } from "../../../pipeline/evaluate/warping.ts";
import { locate } from "../../../pipeline/ffmpeg/locate.ts";
import { withEmptyCache, withEnvironment } from "../../environment.ts";
import { commandLine } from "../../../pipeline/command_line/spelling.ts";

const near = (actual: number | undefined, expected: number, tolerance: number, what = "") =>
  assert.ok(
    actual !== undefined && Math.abs(actual - expected) <= tolerance,
    `${what} ${actual} is not ${expected}`,
  );

/** A picture computed by a function of position and channel. */
function paint(
  width: number,
  height: number,
  value: (x: number, y: number, channel: number) => number,
): Picture {
  const pixels = new Float32Array(3 * width * height);
  for (let i = 0; i < pixels.length; i++) {
    const plane = width * height;
    pixels[i] = value(i % width, Math.floor(i / width) % height, Math.floor(i / plane));
  }
  return { width, height, pixels };
}

/** The same motion everywhere. */
function steady(width: number, height: number, u: number, v: number): FlowField {
  const data = new Float32Array(2 * width * height);
  data.fill(u, 0, width * height);
  data.fill(v, width * height);
  return { width, height, data };
}

const texture = (x: number, y: number, channel: number) =>
  0.5 + 0.25 * Math.sin(0.7 * x + channel) + 0.2 * Math.cos(0.5 * y - 0.3 * x);

Deno.test("a still picture has no warping error, and all of it is visible", () => {
  const picture = paint(20, 12, texture);
  const still = steady(20, 12, 0, 0);
  const visible = visiblePixels({ backward: still, forward: still });
  assert.ok(visible.every((value) => value === 1));
  assert.equal(warpingError(picture, picture, still, visible), 0);
});

Deno.test("a picture that moves as the flow says has no warping error", () => {
  const [before, after] = [paint(24, 16, texture), paint(24, 16, (x, y, c) => texture(x - 3, y - 2, c))];
  const backward = steady(24, 16, -3, -2), forward = steady(24, 16, 3, 2);
  const visible = visiblePixels({ backward, forward });
  // The part that enters from outside, three columns and two rows, was not visible.
  assert.equal(visible.reduce((sum, value) => sum + value, 0), 21 * 14);
  near(warpingError(before, after, backward, visible), 0, 1e-12);
});

Deno.test("the warping error is the mean squared difference of what does not fit", () => {
  const [before, after] = [paint(8, 8, () => 0.5), paint(8, 8, (_x, _y, c) => c === 0 ? 0.7 : 0.5)];
  const still = steady(8, 8, 0, 0);
  const visible = visiblePixels({ backward: still, forward: still });
  near(warpingError(before, after, still, visible), 0.2 ** 2 / 3, 1e-7);
});

Deno.test("only visible pixels count, and none at all is no measure", () => {
  const [before, after] = [paint(8, 8, () => 0), paint(8, 8, (x) => x < 4 ? 1 : 0)];
  const still = steady(8, 8, 0, 0);
  const right = Uint8Array.from({ length: 64 }, (_, i) => i % 8 < 4 ? 0 : 1);
  assert.equal(warpingError(before, after, still, right), 0);
  assert.equal(warpingError(before, after, still, new Uint8Array(64)), undefined);
});

Deno.test("flows that do not cancel out mean that the pixel was hidden", () => {
  const backward = steady(16, 16, -2, 0);
  const visible = visiblePixels({ backward, forward: steady(16, 16, 4, 0) });
  assert.ok(visible.every((value) => value === 0));
});

Deno.test("where two motions meet, the flow is not trusted", () => {
  const backward = steady(16, 16, 0, 0);
  for (let y = 0; y < 16; y++) for (let x = 8; x < 16; x++) backward.data[y * 16 + x] = -0.4;
  const visible = visiblePixels({ backward, forward: steady(16, 16, 0, 0) });
  assert.deepEqual([...visible.slice(0, 16)], [1, 1, 1, 1, 1, 1, 1, 0, 0, 1, 1, 1, 1, 1, 1, 1]);
});

Deno.test("a picture is shrunk to the mean of what each pixel covers", () => {
  const rgb = Uint8Array.from(
    { length: 4 * 2 * 3 },
    (_, i) => i % 3 === 0 ? (Math.floor(i / 3) % 4) * 51 : 255,
  );
  const { pixels } = pictureOf(rgb, { width: 4, height: 2 }, { width: 2, height: 1 });
  [0.1, 0.5, 1, 1, 1, 1].forEach((value, index) => near(pixels[index], value, 1e-6));
  const uneven = pictureOf(rgb, { width: 4, height: 2 }, { width: 3, height: 2 });
  near(uneven.pixels[0], (0 * 1 + 0.2 / 3) / (4 / 3), 1e-6);
  assert.deepEqual(measuredSize({ width: 1920, height: 1080 }, 512), { width: 512, height: 288 });
  assert.deepEqual(measuredSize({ width: 321, height: 179 }, 512), { width: 321, height: 179 });
});

Deno.test("PSNR is in dB of the peak 1", () => {
  const a = paint(8, 8, texture), b = paint(8, 8, (x, y, c) => texture(x, y, c) + 0.1);
  near(psnr(meanSquaredError(a, b)), 20, 1e-3);
  assert.equal(meanSquaredError(a, a), 0);
});

Deno.test("structural similarity is 1 for the same picture and falls with noise", () => {
  const a = paint(32, 32, texture);
  near(structuralSimilarity(a, a), 1, 1e-6);
  const noisy = (strength: number) =>
    paint(32, 32, (x, y, c) => texture(x, y, c) + strength * Math.sin(12.9898 * x + 78.233 * y * y));
  const [little, much] = [structuralSimilarity(a, noisy(0.05)), structuralSimilarity(a, noisy(0.4))];
  assert.ok(1 > little && little > much, `${little} ${much}`);
  near(structuralSimilarity(paint(4, 4, texture), paint(4, 4, texture)), 1, 1e-6, "smaller than a window");
});

Deno.test("the slope is that of the least squares line", () => {
  near(slope([1, 3, 5, 7]), 2, 1e-12);
  near(slope([0, 1, 0, 1]), 0.2, 1e-12);
  assert.equal(slope([4]), 0);
  assert.equal(slope([]), 0);
});

Deno.test("a look is mean, deviation and Laplacian of the luma", () => {
  const flat = look(paint(9, 9, () => 0.4));
  near(flat.brightness, 0.4, 1e-6);
  near(flat.contrast, 0, 1e-6);
  near(flat.sharpness, 0, 1e-6);
  const checks = look(paint(10, 10, (x, y) => (x + y) % 2));
  near(checks.brightness, 0.5, 1e-6);
  near(checks.contrast, 0.5, 1e-6);
  near(checks.sharpness, 4, 1e-5);
  near(luma(paint(1, 1, (_x, _y, c) => c === 1 ? 1 : 0))[0], 0.7152, 1e-6);
});

Deno.test("drift is the change over 100 frames in per cent of the mean", () => {
  const looks = Array.from({ length: 11 }, (_, index) => ({
    brightness: 0.5 - 0.001 * (index - 5),
    contrast: 0.2,
    sharpness: 0,
  }));
  const { brightness, contrast, sharpness } = drift(looks);
  near(brightness, -20, 1e-6);
  near(contrast, 0, 1e-9);
  assert.equal(sharpness, 0);
});

Deno.test("the strength of a layer is its mean activation", async () => {
  const network = await inceptionV3();
  using engine = await Engine.start({ providers: ["cpu"] });
  const size = { width: 112, height: 96 };
  const meter = await StrengthMeter.create(engine, network, ["mixed0", "mixed3"], size);
  const picture = paint(size.width, size.height, texture);
  const measured = await meter.measure(picture);
  const whole = await engine.load({
    ...network.model,
    graph: {
      ...network.model.graph,
      outputs: ["mixed0", "mixed3"].map((name) => ({ name, type: "float32" })),
    },
  });
  const outputs = await whole.run({
    picture: { type: "float32", dims: [1, 3, 96, 112], data: picture.pixels.map((value) => 2 * value - 1) },
  });
  for (const [index, name] of ["mixed0", "mixed3"].entries()) {
    const { data } = await outputs[name]!.take();
    const expected = (data as Float32Array).reduce((sum, value) => sum + value, 0) / data.length;
    near(measured[index], expected, 1e-4 * expected, name);
  }
});

/** Creates a test video with ffmpeg; returns its path. */
async function draw(folder: string, name: string, args: string[]): Promise<string> {
  const path = join(folder, name);
  const program = await locate("ffmpeg");
  const { success, stderr } = await new Deno.Command(program.path, {
    args: ["-v", "error", "-y", ...args, path],
    stdin: "null",
  }).output();
  assert.ok(success, new TextDecoder().decode(stderr));
  return path;
}

const pattern = (
  size: string,
  seconds: number,
) => ["-f", "lavfi", "-i", `testsrc2=s=${size}:r=10:d=${seconds}`];
const lossless = ["-c:v", "libx264", "-qp", "0", "-pix_fmt", "yuv444p"];

async function inFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await work(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("a video measured against itself keeps everything; a flickering one is less steady", () =>
  inFolder(async (folder) => {
    const source = await draw(folder, "source.mp4", [...pattern("160x120", 0.5), ...lossless]);
    const flicker = "eq=brightness='if(mod(n,2),0.1,0)':eval=frame";
    const flickering = await draw(folder, "flicker.mp4", [
      ...pattern("160x120", 0.5),
      "-vf",
      flicker,
      ...lossless,
    ]);
    const options = { providers: ["cpu"] };
    const same = await evaluate(source, source, { ...options, layers: ["mixed0", "mixed3"] });
    assert.deepEqual(Object.keys(same.strength.layers), ["mixed0", "mixed3"]);
    assert.equal(same.frames, 5);
    assert.equal(same.kept.psnr, undefined);
    near(same.kept.ssim, 1, 1e-6);
    near(same.strength.ratio, 1, 1e-9);
    assert.deepEqual(same.warpingError.source, same.warpingError.dreamed);
    const done: number[] = [];
    const worse = await evaluate(source, flickering, { ...options, frames: 3, onFrame: (n) => done.push(n) });
    assert.deepEqual(done, [1, 2, 3]);
    assert.equal(worse.frames, 3);
    assert.ok(
      worse.warpingError.dreamed! > worse.warpingError.source! + 3,
      JSON.stringify(worse.warpingError),
    );
    assert.ok(worse.kept.psnr! < 30);
  }));

Deno.test("a still video has a warping error of zero", () =>
  inFolder(async (folder) => {
    const still = ["-f", "lavfi", "-i", "testsrc2=s=160x120:r=10:d=0.1", "-vf", "loop=3:1:0,setpts=N/10/TB"];
    const source = await draw(folder, "still.mp4", [...still, ...lossless]);
    const { warpingError, visible, frames } = await evaluate(source, source, { providers: ["cpu"] });
    assert.equal(frames, 4);
    near(warpingError.source, 0, 1e-9);
    near(visible, 1, 1e-9);
  }));

Deno.test("weights name RAFT, and are looked for before anything is fetched", () =>
  inFolder(async (folder) => {
    const source = await draw(folder, "source.mp4", [...pattern("160x120", 0.2), ...lossless]);
    const broken = join(folder, "broken.pth");
    await Deno.writeTextFile(broken, "<html>");
    await withEmptyCache(async (cache) => {
      // Nothing can be downloaded into a cache that is a file.
      const env = { REVERIE_CACHE: join(cache, "file") };
      await Deno.writeTextFile(env.REVERIE_CACHE, "");
      const refused = (options: EvaluateOptions, pattern: RegExp) =>
        assert.rejects(
          evaluate(source, source, { providers: ["cpu"], ...options }),
          (error) => error instanceof ReverieError && pattern.test(error.told(commandLine)),
        );
      await withEnvironment(env, async () => {
        await refused({ flowModel: broken }, /^the weights of RAFT are not usable: .*broken\.pth is neither/);
        await refused(
          { flow: "raft", flowModel: "none.pth" },
          /^--flow-model none\.pth: there is no such file/,
        );
        await refused({ flow: "raft", flowModel: "raft-large" }, /^the weights of raft-large are not here/);
        await refused({ flow: "dis", flowModel: broken }, /^--flow-model names weights of raft/);
      });
    });
  }));

Deno.test("videos that do not belong together are refused", () =>
  inFolder(async (folder) => {
    const source = await draw(folder, "source.mp4", [...pattern("160x120", 0.4), ...lossless]);
    const small = await draw(folder, "small.mp4", [...pattern("128x96", 0.4), ...lossless]);
    const short = await draw(folder, "short.mp4", [...pattern("160x120", 0.2), ...lossless]);
    const drawing = ["-f", "lavfi", "-i", "testsrc2=s=160x120:r=5:d=0.8"];
    const slow = await draw(folder, "slow.mp4", [...drawing, ...lossless]);
    const refused = (dreamed: string, pattern: RegExp, options: EvaluateOptions = {}) =>
      assert.rejects(
        evaluate(source, dreamed, { providers: ["cpu"], ...options }),
        (error) => error instanceof ReverieError && pattern.test(error.told(commandLine)),
      );
    await refused(small, /small\.mp4 is 128x96, but .*source\.mp4 is 160x120/);
    await refused(short, /short\.mp4 ends after frame 2, .*source\.mp4 goes on; --frames 2/);
    await refused(slow, /frame 1 is shown at 0\.100 s in .*source\.mp4, but at 0\.200 s/);
    await refused(join(folder, "none.mp4"), /none\.mp4/);
    await refused(source, /48x36 is too small to measure, 75 pixels .* needed; raise --image-size$/, {
      size: 48,
    });
    const tiny = await draw(folder, "tiny.mp4", [...pattern("64x48", 0.4), ...lossless]);
    await assert.rejects(
      evaluate(tiny, tiny, { providers: ["cpu"] }),
      /tiny\.mp4 is too small to measure: 75 pixels/,
    );
  }));
