/**
 * Prints the table in models/flow/README.md: end-point error on the Middlebury pairs beside OpenCV's, and the
 * time of one direction on one core (the best of ten runs, the first of which warm up the compiler).
 *
 *     deno run -A tests/models/flow/measure.ts
 */
import { disFlow } from "../../../models/flow/dis/dis.ts";
import { toGrey } from "../../../models/flow/dis/grey.ts";
import { buildPyramid } from "../../../models/flow/dis/pyramid.ts";
import { endPointError } from "../../../models/flow/flo.ts";
import { middlebury, pairFolder, readPair } from "./middlebury.ts";

const RUNS = 10;

console.log("| pair | size | DIS (px) | OpenCV's DIS medium (px) | ratio | one direction (ms) |");
console.log("| --- | --- | --- | --- | --- | --- |");
for (const { name, opencv } of middlebury) {
  if (pairFolder(name).unmet) continue;
  const pair = await readPair(name);
  const { width, height } = pair.truth;
  let best = Infinity;
  let error = NaN;
  for (let run = 0; run < RUNS; run++) {
    const start = performance.now();
    const flow = disFlow(buildPyramid(toGrey(pair.previous)), buildPyramid(toGrey(pair.current)));
    best = Math.min(best, performance.now() - start);
    error = endPointError(flow, pair.truth);
  }
  const figures = [error.toFixed(3), opencv.toFixed(3), (error / opencv).toFixed(2), best.toFixed(0)];
  console.log(`| ${name} | ${width}x${height} | ${figures.join(" | ")} |`);
}
