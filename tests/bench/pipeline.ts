/** Speed of whole dreams, and the share of a frame's time that is not gradient ascent. */
import { join } from "node:path";
import { Dreamer } from "../../pipeline/dreamer/dreamer.ts";
import { dreamVideo } from "../../pipeline/run/dream_video.ts";
import type { Parameters, SomeParameters } from "../../pipeline/settings/parameters.ts";
import { settings } from "../../pipeline/settings/settle.ts";
import { benchClip, secondsFor } from "./clip.ts";
import type { BenchOptions, Detail, Report, Row } from "./part.ts";
import { frameAndAscent } from "./share.ts";
import { measureStages, stages, type StageTimes } from "./stages.ts";
import { median, sum } from "./statistics.ts";
import { figure } from "./table.ts";

/**
 * A choice of settings, its minimum speed in frames per second, and the maximum share that is not gradient
 * ascent, in %.
 */
interface Case {
  name: string;
  preset?: string;
  given?: SomeParameters;
  speed: number;
  besides?: number;
  frames: number;
}

const cases: Case[] = [
  { name: "default, 512 px", given: { imageSize: 512 }, speed: 0.8, besides: 20, frames: 30 },
  { name: "fast", preset: "fast", speed: 3, frames: 60 },
];

/** The default look before Reverie had GoogLeNet: the new default must not be slower. */
const before: SomeParameters = {
  model: "inception-v3",
  imageSize: 512,
  octaves: 3,
  octaveScale: 1.4,
  firstIterations: 8,
  smoothing: "gaussian",
  colour: 0.06,
  learningRate: 3.5,
  blend: 0.12,
};

const tiny: SomeParameters = { imageSize: 96, flowSize: 64, octaves: 1, firstIterations: 1 };

/** Dreams the beginning of the clip with the default settings and with the preset `fast`. */
export async function pipeline(options: BenchOptions): Promise<Report> {
  const clip = await benchClip(options.temporary);
  const report: Report = { rows: [], details: [] };
  for (const each of cases) {
    const { rows, details } = await measureCase(clip, each, options);
    report.rows.push(...rows);
    report.details.push(...details);
  }
  report.rows.push(await againstBefore(clip, options));
  return report;
}

/**
 * Speed of the default relative to InceptionV3's former look, measured in turns so that both share the
 * machine's load.
 */
async function againstBefore(clip: string, options: BenchOptions): Promise<Row> {
  const frames = options.frames ?? (options.quick ? 3 : 12);
  const given = { imageSize: 512, ...(options.quick && tiny) };
  const [now, then] = [settings({ given }), settings({ given: { ...before, ...(options.quick && tiny) } })];
  options.say(`default and the default before: ${frames} frames each, three times`);
  const ratios: number[] = [];
  for (let turn = 0; turn < 3; turn++) {
    const old = await dreamed(clip, then, frames, options);
    const { wall } = await dreamed(clip, now, frames, options);
    ratios.push(old.wall / wall);
  }
  return {
    what: `default, 512 px (${now.model}): speed over the default before (${then.model})`,
    measured: median(ratios),
    unit: "",
    target: { atLeast: 1 },
  };
}

/** Timings of a dream in seconds per frame, without the first frame. */
interface FrameTimes {
  wall: number;
  /** Time within the dreamer; other stages may have been running, too. */
  dreamer: number;
}

async function measureCase(
  clip: string,
  { name, preset, given = {}, speed, besides, frames: usual }: Case,
  options: BenchOptions,
) {
  const { quick, providers, temporary: folder, say } = options;
  const frames = options.frames ?? (quick ? 4 : usual);
  const parameters = settings({ preset, given: { ...given, ...(quick && tiny) } });
  const input = { clip, parameters, providers };
  say(`${name}: ${frames} frames`);
  const run = await dreamed(clip, parameters, frames, options);
  const held = Math.max(4, Math.round(frames / 2));
  say(`${name}: ${held} frames, each beside its ascent alone`);
  const output = join(folder, "share.mp4");
  const pairs = await frameAndAscent({ ...input, frames: held, output });
  await Deno.remove(output);
  say(`${name}: stages on their own`);
  const alone = await measureStages({ ...input, folder, frames: quick ? 3 : 10 });

  // The encoder worked while the ascent was measured, so its time is added in full.
  const share = median(pairs.map(({ frame, ascent }) => 1 - ascent / (frame + alone.encode)));
  const rows: Row[] = [
    {
      what: `${name}: speed after the first frame`,
      measured: 1 / run.wall,
      unit: "fps",
      target: { atLeast: speed },
    },
    {
      what: `${name}: share of a frame that is not gradient ascent`,
      measured: 100 * share,
      unit: "%",
      ...(besides !== undefined && { target: { atMost: besides } }),
    },
    {
      what: `${name}: share of the time outside the dreamer`,
      measured: 100 * (1 - run.dreamer / run.wall),
      unit: "%",
    },
  ];
  return { rows, details: [stageTable(name, alone, run)] };
}

/**
 * Dreams the first frames of a clip. Time counts from the end of the first frame to the end of the finished
 * file.
 */
async function dreamed(
  input: string,
  parameters: Parameters,
  frames: number,
  { providers, temporary }: BenchOptions,
): Promise<FrameTimes> {
  using clock = new DreamerClock();
  const output = join(temporary, "pipeline.mp4");
  const job = { input, output, parameters, providers, duration: secondsFor(frames) };
  let first = 0, count = 0;
  for await (const event of dreamVideo(job)) {
    if (event.event === "frame" && count++ === 0) first = performance.now();
  }
  const seconds = (performance.now() - first) / 1000;
  await Deno.remove(output);
  if (count !== frames) throw new Error(`${count} frames were dreamed instead of ${frames}`);
  return { wall: seconds / (frames - 1), dreamer: sum(clock.seconds.slice(1)) / (frames - 1) };
}

/** Records the duration of each call of {@link Dreamer.dream} until it is disposed of. */
class DreamerClock implements Disposable {
  readonly seconds: number[] = [];
  readonly #dream = Dreamer.prototype.dream;

  constructor() {
    const { seconds } = this;
    const dream = this.#dream;
    Dreamer.prototype.dream = async function (...args) {
      const start = performance.now();
      try {
        return await dream.apply(this, args);
      } finally {
        seconds.push((performance.now() - start) / 1000);
      }
    };
  }

  [Symbol.dispose](): void {
    Dreamer.prototype.dream = this.#dream;
  }
}

function stageTable(name: string, alone: StageTimes, run: FrameTimes): Detail {
  const line = (what: string, seconds: number) => [
    what,
    figure(1000 * seconds),
    figure(100 * seconds / run.wall),
  ];
  const others = sum(stages.filter((stage) => stage !== "ascent").map((stage) => alone[stage]));
  return {
    title: `pipeline, ${name}: a frame`,
    rows: [
      ["stage", "ms", "% of a frame"],
      ...stages.map((stage) => line(`${stage} on its own`, alone[stage])),
      line("all but ascent, one after the other", others),
      line("within the dreamer, other stages at work", run.dreamer),
      line("a frame in the run", run.wall),
    ],
  };
}
