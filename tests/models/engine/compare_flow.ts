/**
 * A separate program, because drivers are chosen before their first use: compares RAFT's flow, with made-up
 * weights, on the given provider with that on the processor, and prints the result as JSON.
 */
import { Engine } from "../../../models/engine/engine.ts";
import { buildRaft } from "../../../models/networks/raft.ts";
import { raftWeights } from "../../../models/networks/raft/weights.ts";
import { asTensor, generatedWeights, patternPair } from "../networks/raft_fixture.ts";

/** The results of the two providers for the same pair of pictures. */
export interface FlowComparison {
  provider: string;
  /** The largest difference between the two flows, in pixels. */
  difference: number;
  /** The largest component of the flow, in pixels. */
  largest: number;
}

const size = { height: 64, width: 72 };

async function flowOn(provider: string) {
  await using engine = await Engine.start({ providers: [provider] });
  const session = await engine.load(
    buildRaft(raftWeights(generatedWeights("raft-small")), { size, updates: 2 }),
  );
  const [previous, current] = patternPair(size.width, size.height).map(asTensor);
  const { flow } = await session.run<"flow">({ previous: previous!, current: current! });
  return { provider: engine.provider, flow: Array.from((await flow.take()).data, Number) };
}

if (import.meta.main) {
  const expected = await flowOn("cpu"), found = await flowOn(Deno.args[0]!);
  const comparison: FlowComparison = {
    provider: found.provider,
    difference: largest(found.flow.map((value, index) => value - expected.flow[index]!)),
    largest: largest(expected.flow),
  };
  console.log(JSON.stringify(comparison));
}

function largest(values: readonly number[]): number {
  return values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
}
