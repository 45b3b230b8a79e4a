/** Error and speed of optical flow, compared with OpenCV's DIS. */
import { disFlow } from "../../models/flow/dis/dis.ts";
import { toGrey } from "../../models/flow/dis/grey.ts";
import { buildPyramid } from "../../models/flow/dis/pyramid.ts";
import { endPointError } from "../../models/flow/flo.ts";
import type { Picture } from "../../models/flow/flow.ts";
import { middlebury, pairFolder, readPair } from "../models/flow/middlebury.ts";
import { movedPair, similarity } from "../models/flow/synthetic.ts";
import { type FlowEngine, flowEngines } from "./flow_engines.ts";
import { flowVideo } from "./flow_video.ts";
import type { BenchOptions, Report, Row } from "./part.ts";
import { median, timed } from "./statistics.ts";
import { figure } from "./table.ts";

/** Warm-up runs of DIS, in which the compiler optimises; they are not counted. */
const warmUps = 3;

/**
 * Measures every engine on the available Middlebury pairs, RAFT's savings on a clip if its weights are
 * available, and DIS on one core.
 */
export async function flow(options: BenchOptions): Promise<Report> {
  const { quick, say, providers } = options;
  const report: Report = { rows: [], details: [] };
  const { engines, close } = await flowEngines(middlebury, providers);
  try {
    const heading = ["pair", "engine", "size", "error (px)", "OpenCV (px)", "ratio", "both directions (ms)"];
    const lines: string[][] = [];
    for (const pair of middlebury) {
      for (const engine of engines) {
        say(`${engine.name} on ${pair.name}`);
        const measured = await onPair(engine, pair, quick);
        if (!measured) continue;
        report.rows.push(measured.row);
        lines.push(measured.line);
      }
    }
    if (lines.length > 0) report.details.push({ title: "flow", rows: [heading, ...lines] });
  } finally {
    close();
  }
  const video = await flowVideo(options);
  say("one direction on one core");
  return {
    rows: [...report.rows, ...video.rows, await oneDirection(quick)],
    details: [...report.details, ...video.details],
  };
}

async function onPair(
  engine: FlowEngine,
  { name, opencv }: { name: string; opencv: number },
  quick: boolean,
): Promise<{ row: Row; line: string[] } | undefined> {
  if (pairFolder(name).unmet) return undefined;
  const pair = await readPair(name);
  const { width, height } = pair.truth;
  const estimator = await engine.start({ width, height });
  try {
    const times: number[] = [];
    let error = NaN;
    for (let run = 0; run < (quick ? 1 : engine.warmUps + 3); run++) {
      const { seconds, result } = await timed(() => estimator.pair(pair.previous, pair.current));
      error = endPointError(result.forward, pair.truth);
      if (quick || run >= engine.warmUps) times.push(seconds);
    }
    const limit = engine.targets[name];
    const row: Row = {
      what: `${engine.name}, end-point error on ${name}`,
      measured: error,
      unit: "px",
      ...(limit !== undefined && { target: { atMost: limit } }),
    };
    const figures = [error, opencv, error / opencv, 1000 * median(times)].map((value) => figure(value));
    return { row, line: [name, engine.name, `${width}x${height}`, ...figures] };
  } finally {
    estimator.close();
  }
}

/** Time of DIS between two 640x480 pictures, starting from RGB, on a single core. */
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

/** A pair of pictures of the shared data, or else a drawn pair that rotates and grows. */
async function texturedPair(): Promise<Picture[]> {
  if (pairFolder("Urban2").unmet) return movedPair(640, 480, similarity(320, 240, 0.02, 1.03));
  const { previous, current } = await readPair("Urban2");
  return [previous, current];
}
