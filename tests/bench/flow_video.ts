/** RAFT on a video: the time saved against independent calls, and the accuracy gained over DIS. */
import { Engine, type Session } from "../../models/engine/engine.ts";
import { DisEstimator } from "../../models/flow/dis_estimator.ts";
import { endPointError } from "../../models/flow/flo.ts";
import type { FlowPair, Picture } from "../../models/flow/flow.ts";
import { RaftEstimator } from "../../models/flow/raft_estimator.ts";
import { buildRaft } from "../../models/networks/raft.ts";
import type { RaftWeights } from "../../models/networks/raft/weights.ts";
import { calm, fast, frameAt, layeredClip, motionAfter, photographs } from "../models/flow/layered_clip.ts";
import { asTensor } from "../models/networks/raft_fixture.ts";
import { raftSmall } from "./flow_engines.ts";
import type { BenchOptions, Report, Row } from "./part.ts";
import { median, sum, timed } from "./statistics.ts";
import { figure } from "./table.ts";

const sizes = [{ width: 256, height: 192 }, { width: 400, height: 304 }];
type Size = typeof sizes[number];

/** Frames of a clip, and the motion between neighbours. */
interface Clip {
  size: Size;
  frames: Picture[];
  truth: FlowPair[];
}

/** A method of computing the flow of a clip, pair by pair. */
interface Way {
  name: string;
  pair: (previous: Picture, current: Picture) => Promise<FlowPair>;
  /** Number of updates for the last pair; absent without RAFT. */
  updates?: () => number;
}

/** The result of a method. */
interface Figures {
  name: string;
  /** Median over the pairs, in seconds. */
  seconds: number;
  /** Mean end-point error in pixels, both directions. */
  error: number;
  /** Mean over the pairs. */
  updates: number;
}

/**
 * Compares {@link RaftEstimator} with two runs of the whole network per pair, 12 updates each, in time and
 * error on calm clips, and with DIS in error on a clip of large motion.
 */
export async function flowVideo({ quick, say, providers }: BenchOptions): Promise<Report> {
  const report: Report = { rows: [], details: [] };
  const weights = await raftSmall();
  if (!weights) return report;
  using engine = await Engine.start({ providers });
  for (const size of quick ? sizes.slice(0, 1) : sizes) {
    const clip = await drawn(size, calm, quick ? 3 : 20);
    if (!clip) return report;
    const what = `raft-small on a clip of ${size.width}x${size.height}`;
    say(what);
    const [independent, plain, polished] = await savings(engine, weights, clip);
    report.rows.push(...over(what, polished!, independent!));
    report.details.push(table(what, [independent!, plain!, polished!]));
  }
  const clip = await drawn(sizes[0]!, fast, quick ? 3 : 8);
  if (!clip) return report;
  say("raft-small and dis on large motion");
  const [dis, raft] = await againstDis(engine, weights, clip);
  report.rows.push({
    what: "raft-small on large motion, error over dis",
    measured: raft!.error / dis!.error,
    unit: "",
    target: { atMost: 0.6 },
  });
  report.details.push(table("large motion", [dis!, raft!]));
  return report;
}

async function drawn(size: Size, motions: typeof calm, length: number): Promise<Clip | undefined> {
  if (photographs.some(({ unmet }) => unmet)) return undefined;
  const clip = await layeredClip(size.width, size.height, motions);
  const frames = Array.from({ length }, (_, t) => frameAt(clip, t));
  return { size, frames, truth: frames.slice(1).map((_, t) => motionAfter(clip, t)) };
}

async function savings(engine: Engine, weights: RaftWeights, clip: Clip): Promise<Figures[]> {
  const { size } = clip;
  const network = await engine.load(buildRaft(weights, { size }));
  using plain = await RaftEstimator.create({ engine, weights, size, polish: false });
  using polished = await RaftEstimator.create({ engine, weights, size });
  const ways: Way[] = [
    { name: "independent calls", pair: (a, b) => twoCalls(network, size, a, b), updates: () => 12 },
    raftWay("with all savings, as RAFT has it", plain),
    raftWay("with all savings, polished", polished),
  ];
  const figures = await measured(ways, clip);
  await network.release();
  return figures;
}

async function againstDis(engine: Engine, weights: RaftWeights, clip: Clip): Promise<Figures[]> {
  using dis = new DisEstimator();
  using raft = await RaftEstimator.create({ engine, weights, size: clip.size });
  return await measured([{ name: "dis", pair: (a, b) => dis.pair(a, b) }, raftWay("raft-small", raft)], clip);
}

function raftWay(name: string, estimator: RaftEstimator): Way {
  return { name, pair: (a, b) => estimator.pair(a, b), updates: () => estimator.report!.updates };
}

/** Runs all methods in turn, pair by pair, so that other load on the machine affects all of them alike. */
async function measured(ways: Way[], { frames, truth }: Clip): Promise<Figures[]> {
  // The first runs of every graph are slower. A pair backwards in time gives the clip's first pair no warm
  // start.
  for (const { pair } of ways) await pair(frames[1]!, frames[0]!);
  const pairs = ways.map(() => [] as { seconds: number; error: number; updates: number }[]);
  for (const [t, { forward, backward }] of truth.entries()) {
    for (const [i, way] of ways.entries()) {
      const { seconds, result } = await timed(() => way.pair(frames[t]!, frames[t + 1]!));
      const error = (endPointError(result.forward, forward) + endPointError(result.backward, backward)) / 2;
      pairs[i]!.push({ seconds, error, updates: way.updates?.() ?? 0 });
    }
  }
  const mean = (values: number[]) => sum(values) / values.length;
  return ways.map(({ name }, i) => ({
    name,
    seconds: median(pairs[i]!.map(({ seconds }) => seconds)),
    error: mean(pairs[i]!.map(({ error }) => error)),
    updates: mean(pairs[i]!.map(({ updates }) => updates)),
  }));
}

/** The network for each direction separately, as one graph. */
async function twoCalls(
  network: Session,
  size: Size,
  previous: Picture,
  current: Picture,
): Promise<FlowPair> {
  const call = async (from: Picture, to: Picture) => {
    const { flow } = await network.run({ previous: asTensor(from), current: asTensor(to) });
    return { ...size, data: (await flow!.take()).data as Float32Array };
  };
  return { forward: await call(previous, current), backward: await call(current, previous) };
}

function over(what: string, saved: Figures, independent: Figures): Row[] {
  return [
    {
      what: `${what}, time over independent calls`,
      measured: saved.seconds / independent.seconds,
      unit: "",
      target: { atMost: 0.55 },
    },
    {
      what: `${what}, error over independent calls`,
      measured: saved.error / independent.error,
      unit: "",
      target: { atMost: 1.05 },
    },
  ];
}

function table(what: string, ways: Figures[]): { title: string; rows: string[][] } {
  const lines = ways.map(({ name, seconds, error, updates }) => [
    name,
    figure(1000 * seconds),
    figure(error),
    updates > 0 ? figure(updates) : "",
  ]);
  return {
    title: `flow: ${what}`,
    rows: [["way", "both directions (ms)", "error (px)", "updates"], ...lines],
  };
}
