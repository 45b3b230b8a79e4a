/** Optical flow: how far off it is, beside OpenCV's DIS, and how long it takes. */
import { disFlow } from "../../models/flow/dis/dis.ts";
import { toGrey } from "../../models/flow/dis/grey.ts";
import { buildPyramid } from "../../models/flow/dis/pyramid.ts";
import { DisEstimator } from "../../models/flow/dis_estimator.ts";
import { endPointError } from "../../models/flow/flo.ts";
import type { FlowEstimator, Picture } from "../../models/flow/flow.ts";
import { middlebury, readPair } from "../models/flow/middlebury.ts";
import { movedPair, similarity } from "../models/flow/synthetic.ts";
import type { BenchOptions, Report, Row } from "./part.ts";
import { median, timed } from "./statistics.ts";
import { figure } from "./table.ts";

/** Every engine there is. */
const engines: (() => FlowEstimator)[] = [() => new DisEstimator()];

/** How much worse than OpenCV's DIS medium an engine may be. */
const tolerance = 1.2;

/** Runs that come first and do not count: the compiler warms up in them. */
const warmUps = 3;

/** Measures every engine on the Middlebury pairs that are there, and DIS on one core. */
export async function flow({ quick, say }: BenchOptions): Promise<Report> {
  const report: Report = { rows: [], details: [] };
  for (const start of engines) {
    using engine = disposable(start());
    const { rows, lines } = await errors(engine.estimator, quick, say);
    report.rows.push(...rows);
    if (lines.length === 0) continue;
    const heading = ["pair", "size", "error (px)", "OpenCV (px)", "ratio", "both directions (ms)"];
    report.details.push({ title: `flow: ${engine.estimator.name}`, rows: [heading, ...lines] });
  }
  say("one direction on one core");
  report.rows.push(await oneDirection(quick));
  return report;
}

function disposable(estimator: FlowEstimator) {
  return { estimator, [Symbol.dispose]: () => estimator.close() };
}

async function errors(engine: FlowEstimator, quick: boolean, say: (line: string) => void) {
  const rows: Row[] = [], lines: string[][] = [];
  for (const { name, opencv } of middlebury) {
    say(`${engine.name} on ${name}`);
    const pair = await readPair(name);
    if (!pair) continue;
    const times: number[] = [];
    let error = NaN;
    for (let run = 0; run < (quick ? 1 : warmUps + 3); run++) {
      const { seconds, result } = await timed(() => engine.pair(pair.previous, pair.current));
      error = endPointError(result.forward, pair.truth);
      if (quick || run >= warmUps) times.push(seconds);
    }
    const target = { atMost: tolerance * opencv };
    rows.push({ what: `${engine.name}, end-point error on ${name}`, measured: error, unit: "px", target });
    const { width, height } = pair.truth;
    const figures = [error, opencv, error / opencv, 1000 * median(times)].map((value) => figure(value));
    lines.push([name, `${width}x${height}`, ...figures]);
  }
  return { rows, lines };
}

/** Time of DIS from one 640x480 picture to the next, from RGB on, on the one core that runs this. */
async function oneDirection(quick: boolean): Promise<Row> {
  const [previous, current]: Picture[] = await texturedPair();
  const times: number[] = [];
  for (let run = 0; run < (quick ? 1 : warmUps + 9); run++) {
    const { seconds } = await timed(() =>
      disFlow(buildPyramid(toGrey(previous!)), buildPyramid(toGrey(current!)))
    );
    if (quick || run >= warmUps) times.push(seconds);
  }
  return {
    what: "dis, one direction of a 640x480 pair on one core",
    measured: median(times),
    unit: "s",
    target: { atMost: 0.35 },
  };
}

/** A pair of pictures of the shared data or, where that is absent, a drawn one that turns and grows. */
async function texturedPair(): Promise<Picture[]> {
  const pair = await readPair("Urban2");
  if (pair) return [pair.previous, pair.current];
  return movedPair(640, 480, similarity(320, 240, 0.02, 1.03));
}
