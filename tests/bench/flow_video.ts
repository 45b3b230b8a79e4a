/** What RAFT saves in a video: both directions of a clip, against calls that know nothing of each other. */
import { Engine, type Session } from "../../models/engine/engine.ts";
import { endPointError } from "../../models/flow/flo.ts";
import type { FlowPair, Picture } from "../../models/flow/flow.ts";
import { RaftEstimator } from "../../models/flow/raft_estimator.ts";
import { buildRaft } from "../../models/networks/raft.ts";
import { frameAt, layeredClip, motionAfter } from "../models/flow/layered_clip.ts";
import { raftSmall } from "./flow_engines.ts";
import type { BenchOptions, Report } from "./part.ts";
import { median, sum, timed } from "./statistics.ts";
import { figure } from "./table.ts";

const size = { width: 256, height: 192 };

/** One pair's time in seconds and mean end-point error in pixels. */
interface PairFigures {
  seconds: number;
  error: number;
}

/**
 * Time and error of {@link RaftEstimator} over those of two calls of the whole network for each pair, 12 updates each.
 * The two take turns, pair by pair, so that whatever else the machine does falls on both; the ratio of times is that of
 * the medians.
 */
export async function flowVideo({ quick, say, providers }: BenchOptions): Promise<Report> {
  const clip = await layeredClip(size.width, size.height);
  const weights = clip && await raftSmall();
  if (!clip || !weights) return { rows: [], details: [] };
  const frames = Array.from({ length: quick ? 3 : 20 }, (_, t) => frameAt(clip, t));
  using engine = await Engine.start({ providers });
  using estimator = await RaftEstimator.create({ engine, weights, size });
  const network = await engine.load(buildRaft(weights, { size }));
  const saved: PairFigures[] = [], independent: PairFigures[] = [], updates: number[] = [];
  say("raft-small on a clip, and pair by pair");
  // The first runs of every graph are slower.
  await estimator.pair(frames[0]!, frames[1]!);
  await twoCalls(network, frames[0]!, frames[1]!);
  estimator.reset();
  for (let t = 0; t + 1 < frames.length; t++) {
    const [previous, current] = [frames[t]!, frames[t + 1]!];
    const truth = motionAfter(clip, t);
    saved.push(await measured(() => estimator.pair(previous, current), truth));
    updates.push(estimator.report!.updates);
    independent.push(await measured(() => twoCalls(network, previous, current), truth));
  }
  return report(saved, independent, updates);
}

function report(saved: PairFigures[], independent: PairFigures[], updates: number[]): Report {
  const time = (pairs: PairFigures[]) => median(pairs.map(({ seconds }) => seconds));
  const error = (pairs: PairFigures[]) => sum(pairs.map((pair) => pair.error)) / pairs.length;
  const line = (
    name: string,
    pairs: PairFigures[],
    count: number,
  ) => [name, figure(1000 * time(pairs)), figure(error(pairs)), figure(count)];
  return {
    rows: [
      {
        what: "raft-small on a clip, time over independent calls",
        measured: time(saved) / time(independent),
        unit: "",
        target: { atMost: 0.55 },
      },
      {
        what: "raft-small on a clip, error over independent calls",
        measured: error(saved) / error(independent),
        unit: "",
        target: { atMost: 1.05 },
      },
    ],
    details: [{
      title: `flow: raft-small on ${saved.length + 1} frames of ${size.width}x${size.height}`,
      rows: [
        ["way", "both directions (ms)", "error (px)", "updates"],
        line("independent calls", independent, 12),
        line("with all savings", saved, sum(updates) / updates.length),
      ],
    }],
  };
}

async function measured(work: () => Promise<FlowPair>, truth: FlowPair): Promise<PairFigures> {
  const { seconds, result } = await timed(work);
  const { forward, backward } = truth;
  return {
    seconds,
    error: (endPointError(result.forward, forward) + endPointError(result.backward, backward)) / 2,
  };
}

async function twoCalls(network: Session, previous: Picture, current: Picture): Promise<FlowPair> {
  const call = async (from: Picture, to: Picture) => {
    const tensor = ({ pixels }: Picture) => {
      return { type: "float32" as const, dims: [1, 3, size.height, size.width], data: pixels };
    };
    const { flow } = await network.run({ previous: tensor(from), current: tensor(to) });
    return { ...size, data: (await flow!.take()).data as Float32Array };
  };
  return { forward: await call(previous, current), backward: await call(current, previous) };
}
