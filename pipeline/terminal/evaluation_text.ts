import type { Both, Evaluation } from "../evaluate/evaluate.ts";
import { barLine } from "./bar.ts";
import { table } from "./table.ts";

/** The measurements as a table: one row each, source and dream side by side. */
export function evaluationText(evaluation: Evaluation): string {
  const { files, frames, width, height, network, flow, warpingError, visible, strength, kept, drift } =
    evaluation;
  const row = (name: string, { source, dreamed }: Both<number | undefined>, digits: number, note = "") => [
    name,
    number(source, digits),
    number(dreamed, digits),
    note || times(source, dreamed),
  ];
  const rows = [
    ["", "source", "dreamed", ""],
    row("warping error x1e3", warpingError, 3),
    ...Object.entries(strength.layers).map(([layer, both]) =>
      row(`mean activation of ${layer}, ${network}`, both, 4)
    ),
    row("brightness, change per 100 frames", at(drift, "brightness"), 2, "%"),
    row("contrast, change per 100 frames", at(drift, "contrast"), 2, "%"),
    row("sharpness, change per 100 frames", at(drift, "sharpness"), 2, "%"),
    ["kept of the source: PSNR", "", number(kept.psnr, 2), "dB"],
    ["kept of the source: SSIM", "", number(kept.ssim, 3), ""],
  ];
  const shown = visible === undefined
    ? ""
    : `, ${(100 * visible).toFixed(1)} % of the pixels visible in both`;
  return [
    `${files.dreamed} against ${files.source}: ${frames} ${
      frames === 1 ? "frame" : "frames"
    } at ${width}x${height}, flow by ${flow}${shown}`,
    "",
    table(rows, [1, 2]),
  ].join("\n");
}

function at(drift: Evaluation["drift"], measure: keyof Evaluation["drift"]["source"]): Both<number> {
  return { source: drift.source[measure], dreamed: drift.dreamed[measure] };
}

function number(value: number | undefined, digits: number): string {
  return value === undefined ? "-" : value.toFixed(digits);
}

function times(source: number | undefined, dreamed: number | undefined): string {
  return source && dreamed !== undefined ? `x ${(dreamed / source).toFixed(2)}` : "";
}

/** The line shown while measuring. */
export function measuringLine(done: number, total: number, columns: number): string {
  return barLine({ done, total, details: ["measuring"] }, columns);
}
