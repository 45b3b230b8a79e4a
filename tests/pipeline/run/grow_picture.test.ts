import assert from "node:assert/strict";
import { join } from "node:path";
import sharp from "sharp";
import { plain } from "../../../models/line.ts";
import { keptBy, magnified } from "../../../pipeline/growth.ts";
import { type DreamJob, dreamVideo } from "../../../pipeline/run/dream_video.ts";
import type { DreamEvent, StepEvent } from "../../../pipeline/run/events.ts";
import { seriesPaths } from "../../../pipeline/run/series.ts";
import { parseParameters, type SomeParameters } from "../../../pipeline/settings/parameters.ts";
import { translateAliases } from "../../../pipeline/command_line/aliases.ts";
import { draw, inFolder } from "../clips.ts";
import { smallNetwork } from "../../small_network.ts";

const size = { width: 96, height: 64 };

async function dreamed(
  input: string,
  output: string,
  settings: SomeParameters,
  rest: Partial<DreamJob> = {},
) {
  const events: DreamEvent[] = [], steps: StepEvent[] = [], warnings: string[] = [];
  const job: DreamJob = {
    ...{ input, output, providers: ["cpu"] },
    parameters: parseParameters({ ...smallNetwork, imageSize: 96, octaves: 1, jitter: 4, ...settings }),
    onStep: (step) => steps.push(step),
    onWarning: (line) => warnings.push(plain(line)),
    ...rest,
  };
  for await (const event of dreamVideo(job)) events.push(event);
  return { events, steps, warnings };
}

async function pixels(path: string): Promise<Uint8Array> {
  return new Uint8Array(await sharp(path).removeAlpha().raw().toBuffer());
}

function meanDifference(a: Uint8Array, b: Uint8Array): number {
  return a.reduce((sum, value, i) => sum + Math.abs(value - b[i]!), 0) / a.length;
}

const picture = async (folder: string) => {
  const path = join(folder, "in.png");
  await draw("-f", "lavfi", "-i", `testsrc2=s=${size.width}x${size.height}`, "-frames:v", "1", path);
  return path;
};

Deno.test("a zoom keeps a percentage, or all but some pixels, and magnifies the middle", () => {
  assert.deepEqual(keptBy(0, "percent", size), { x: 1, y: 1 });
  assert.deepEqual(keptBy(90, "percent", size), { x: 0.9, y: 0.9 });
  assert.deepEqual(keptBy(16, "pixel", size), { x: 80 / 96, y: 48 / 64 });
  const ramp = Uint8Array.from({ length: 8 * 2 * 3 }, (_, i) => 20 * (Math.floor(i / 3) % 8));
  const grown = magnified(ramp, { width: 8, height: 2 }, { x: 0.5, y: 1 });
  assert.deepEqual([...grown.slice(0, 24)].filter((_, i) => i % 3 === 0), [35, 45, 55, 65, 75, 85, 95, 105]);
});

Deno.test("passes over a picture grow as one dream does, kept in a series and in a GIF", async () => {
  await inFolder(async (folder) => {
    const input = await picture(folder), at = (name: string) => join(folder, name);
    const settings = { iterations: 3, firstIterations: 2, octaveIterations: 9 };
    await dreamed(input, at("once.png"), settings);
    const series = { passes: 2, gif: true, steps: 2, digits: 2, firstNumber: 5 };
    const { events, steps, warnings } = await dreamed(input, at("dream.png"), settings, {
      ...{ series, reportSteps: { everyPasses: 3 } },
    });
    assert.deepEqual(warnings, []);
    assert.equal(events.filter(({ event }) => event === "frame").length, 3);
    assert.deepEqual(steps.map(({ pass, step }) => [pass, step]), [[3, 2]]);
    const names = (await Array.fromAsync(Deno.readDir(folder), ({ name }) => name)).sort();
    assert.deepEqual(names, [
      ...["dream.gif", "dream.png", "dream_06.png", "dream_07.png"],
      ...["dream_1_1_2.png", "dream_2_1_2.png", "dream_3_1_2.png", "in.png", "once.png"],
    ]);
    assert.equal((await sharp(at("dream.gif"), { animated: true }).metadata()).pages, 3);
    assert.ok(meanDifference(await pixels(at("dream.png")), await pixels(at("once.png"))) < 0.1);
    assert.ok(meanDifference(await pixels(at("dream_06.png")), await pixels(at("once.png"))) > 0.5);
    // What others made under such a name stays, and is found before the work.
    await Deno.writeTextFile(at("new_1.png"), "mine");
    const taken = dreamed(input, at("new.png"), settings, { series: { passes: 1 } });
    await assert.rejects(taken, /new_1.png is there already/);
  });
});

Deno.test("a picture that becomes a video is magnified from pass to pass, its dream with it", async () => {
  await inFolder(async (folder) => {
    const input = await picture(folder), at = (name: string) => join(folder, name);
    const zoomed = { iterations: 3, zoom: 80 };
    await dreamed(input, at("still.png"), { ...zoomed, firstIterations: 0 });
    const expected = magnified(await pixels(input), size, { x: 0.64, y: 0.64 });
    assert.ok(meanDifference(await pixels(at("still.png")), expected) < 1);
    await dreamed(input, at("deep.gif"), { ...zoomed, firstIterations: 1, frameDuration: 250 });
    const { pages, delay } = await sharp(at("deep.gif"), { animated: true }).metadata();
    assert.deepEqual([pages, delay], [3, [250, 250, 250]]);
    await assert.rejects(
      dreamed(input, at("once.gif"), { iterations: 1 }),
      /is a picture, not a video; .* instead of .*, or see its passes, by iterations of 2 or more/,
    );
  });
});

Deno.test("neural-dream's flags of output and zoom are translated", () => {
  const { args, notes } = translateAliases(
    ("-zoom 90 -zoom_mode pixel -save_iter 1 -save_octave_iter 5 -output_start_num 2 -leading_zeros 3 " +
      "-create_gif -frame_duration 50 -print_iter 1 -print_octave_iter 10").split(" "),
  );
  assert.deepEqual(args, [
    ...[
      "--zoom=90",
      "--zoom-mode=pixel",
      "--keep-passes=1",
      "--keep-steps=5",
      "--first-number=2",
      "--digits=3",
    ],
    ...["--keep-gif", "--frame-duration=50", "--print-passes=1", "--print-steps=10"],
  ]);
  assert.deepEqual(notes, []);
  assert.deepEqual(seriesPaths("a/b.mp4", { passes: 2, gif: true }, 5), ["a/b_2.png", "a/b_4.png"]);
});
