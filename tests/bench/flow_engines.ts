/** The optical flow engines that the benchmark compares. */
import { Engine } from "../../models/engine/engine.ts";
import { DisEstimator } from "../../models/flow/dis_estimator.ts";
import type { FlowEstimator } from "../../models/flow/flow.ts";
import { RaftEstimator, type RaftEstimatorOptions } from "../../models/flow/raft_estimator.ts";
import { locateRaftWeights, readRaftWeights } from "../../models/flow/raft_weights.ts";
import type { RaftWeights } from "../../models/networks/raft/weights.ts";
import { sharedDataPath } from "../shared_data.ts";

/** An engine that is created for each picture size. */
export interface FlowEngine {
  name: string;
  start(size: { width: number; height: number }): Promise<FlowEstimator>;
  /** Largest permitted end-point error in pixels, for each pair that has a target. */
  targets: Readonly<Record<string, number>>;
  /** Warm-up runs, which are not counted. */
  warmUps: number;
}

/** How much worse than OpenCV's DIS medium our DIS may be. */
const tolerance = 1.2;

/** The known result of RAFT-small with 20 updates, and the tolerance around it. */
const raftTargets = {
  RubberWhale: 0.32 + 0.02,
  Venus: 0.37 + 0.02,
  Grove3: 0.92 + 0.02,
  Urban2: 0.53 + 0.02,
};

/**
 * DIS, and RAFT in all variants whose weights are available. The returned function releases their resources.
 */
export async function flowEngines(
  pairs: readonly { name: string; opencv: number }[],
  providers: readonly string[],
): Promise<{ engines: FlowEngine[]; close: () => void }> {
  const targets = Object.fromEntries(pairs.map(({ name, opencv }) => [name, tolerance * opencv]));
  const engines: FlowEngine[] = [
    { name: "dis", start: () => Promise.resolve(new DisEstimator()), targets, warmUps: 3 },
  ];
  const small = await raftSmall(), large = await raftLarge();
  if (!small && !large) return { engines, close: () => {} };
  const engine = await Engine.start({ providers });
  if (small) engines.push(...raftEngines(engine, small, raftTargets));
  if (large) engines.push(...raftEngines(engine, large, {}));
  return { engines, close: () => engine.close() };
}

/** As used for a video, and as the authors measure it. */
function raftEngines(engine: Engine, weights: RaftWeights, targets: FlowEngine["targets"]): FlowEngine[] {
  const { variant } = weights.architecture;
  const raft = (name: string, options: Options, targets: FlowEngine["targets"]): FlowEngine => ({
    name,
    start: ({ width, height }) =>
      RaftEstimator.create({ engine, weights, size: { width, height }, ...options }),
    targets,
    warmUps: 1,
  });
  return [
    raft(`${variant}, polished`, {}, {}),
    raft(`${variant}, 20 updates`, { updates: 20, stopBelow: 0, polish: false }, targets),
  ];
}

type Options = Omit<RaftEstimatorOptions, "engine" | "weights" | "size">;

async function raftLarge(): Promise<RaftWeights | undefined> {
  const path = await locateRaftWeights("raft-large");
  return path === undefined ? undefined : await readRaftWeights(path);
}

/** The authors' weights, or undefined (with a message) if they are missing. */
export async function raftSmall(): Promise<RaftWeights | undefined> {
  const path = await sharedDataPath("weights/raft-small.pth");
  return path === undefined ? undefined : await readRaftWeights(path);
}
