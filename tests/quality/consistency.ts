/** Stability and strength of a dream, compared with dreaming each frame on its own. */
import { join } from "node:path";
import { dreamVideo } from "../../pipeline/run/dream_video.ts";
import { evaluate, type Evaluation } from "../../pipeline/evaluate/evaluate.ts";
import type { Parameters } from "../../pipeline/settings/parameters.ts";
import { settings } from "../../pipeline/settings/settle.ts";
import type { BenchOptions, Detail, Report, Row } from "../bench/part.ts";
import { secondsFor } from "../bench/clip.ts";
import { figure } from "../bench/table.ts";
import { sharedDataPath } from "../shared_data.ts";
import { jpeg, smallFrames } from "./pictures.ts";

/** Both videos, compared with their source. */
interface Comparison {
  carried: Evaluation;
  independent: Evaluation;
}

/**
 * Dreams the first 60 frames of two clips at 512 px, carried and independent; keeps videos and pictures of
 * them.
 */
export async function consistency(options: BenchOptions): Promise<Report> {
  const report: Report = { rows: [], details: [] };
  await Deno.mkdir(options.output, { recursive: true });
  for (const name of ["highway", "mallard"]) {
    const clip = await sharedDataPath(`clips/${name}.mp4`);
    if (clip === undefined) continue;
    const comparison = await compare(clip, name, options);
    report.rows.push(...figures(name, comparison));
    report.details.push(table(name, comparison));
  }
  return report;
}

async function compare(clip: string, name: string, options: BenchOptions): Promise<Comparison> {
  const { quick, providers, output, say } = options;
  const frames = options.frames ?? (quick ? 4 : 60);
  const given = quick ? { imageSize: 128, octaves: 1 } : { imageSize: 512 };
  const files = {
    carried: join(output, `${name}.mp4`),
    independent: join(output, `${name}_independent.mp4`),
  };

  say(`${name}: ${frames} frames, carried`);
  await dream(clip, files.carried, settings({ given }), frames, providers);
  say(`${name}: ${frames} frames, independent`);
  await dream(
    clip,
    files.independent,
    settings({ given: { ...given, independent: true } }),
    frames,
    providers,
  );

  const last = frames - 1;
  const shown = [...new Set([0, Math.round(last / 3), Math.round(2 * last / 3), last])];
  const picture = join(output, `${name}.jpg`);
  const rows = [];
  for (const video of [clip, files.carried, files.independent]) {
    rows.push(await smallFrames(video, shown, 384));
  }
  await Deno.writeFile(picture, await jpeg(rows));
  say(`${picture}: frames ${shown.join(", ")} of the source, carried, independent (from above)`);

  say(`${name}: measuring`);
  const how = { frames, size: given.imageSize, providers };
  return {
    carried: await evaluate(clip, files.carried, how),
    independent: await evaluate(clip, files.independent, how),
  };
}

async function dream(
  input: string,
  output: string,
  parameters: Parameters,
  frames: number,
  providers: readonly string[],
): Promise<void> {
  const job = { input, output, parameters, providers, duration: secondsFor(frames) };
  for await (const event of dreamVideo(job)) {
    if (event.event !== "done" || event.frames === frames) continue;
    throw new Error(`${event.frames} frames of ${input} were dreamed instead of ${frames}`);
  }
}

function figures(name: string, { carried, independent }: Comparison): Row[] {
  const error = (evaluation: Evaluation) => evaluation.warpingError.dreamed ?? NaN;
  const { psnr, ssim } = carried.kept;
  return [
    {
      what: `${name}: masked warping error, carried / independent`,
      measured: error(carried) / error(independent),
      unit: "",
      target: { atMost: 0.2 },
    },
    {
      what: `${name}: activation of the target layers, carried / independent`,
      measured: carried.strength.dreamed / independent.strength.dreamed,
      unit: "",
      target: { atLeast: 1 },
    },
    { what: `${name}: kept of the source, carried (PSNR)`, measured: psnr ?? Infinity, unit: "dB" },
    { what: `${name}: kept of the source, carried (SSIM)`, measured: ssim, unit: "" },
  ];
}

function table(name: string, { carried, independent }: Comparison): Detail {
  const { warpingError, strength, visible, frames, width, height, flow } = carried;
  const optional = (value: number | undefined) => value === undefined ? "-" : figure(value);
  const line = (video: string, { warpingError, strength, kept }: Evaluation) => [
    video,
    optional(warpingError.dreamed),
    figure(strength.dreamed),
    optional(kept.psnr),
    figure(kept.ssim),
  ];
  const seen = visible === undefined ? "no" : (100 * visible).toFixed(0);
  return {
    title:
      `consistency, ${name}: ${frames} frames at ${width}x${height}, flow ${flow} on the source, ${seen} % visible`,
    rows: [
      ["video", "warping error x1000", "activation", "PSNR (dB)", "SSIM"],
      ["source", optional(warpingError.source), figure(strength.source), "-", "-"],
      line("carried", carried),
      line("independent", independent),
    ],
  };
}
