import { type Graph, intAttribute, type Node } from "../onnx/model.ts";
import { freeName, namesIn } from "../onnx/names.ts";
import { producersOf } from "./graph_edits.ts";

/**
 * Pools the parts of a concatenation instead of the whole: maxpool(concat(a, b)) = concat(maxpool(a), maxpool(b)),
 * since a pool works channel by channel. In the backward pass each part gets its gradient directly, without slicing.
 */
export function poolParts(graph: Graph): Graph {
  const producers = producersOf(graph);
  const taken = namesIn(graph);
  const nodes: Node[] = [];
  for (const node of graph.nodes) {
    const joined = producers.get(node.inputs[0] ?? "");
    const written = joined && isPoolOfChannels(node, joined) ? poolsOfParts(node, joined, taken) : [node];
    // Pools often follow one another: the next one must see the new concatenation.
    for (const each of written) for (const name of each.outputs) producers.set(name, each);
    nodes.push(...written);
  }
  return { ...graph, nodes };
}

function isPoolOfChannels(pool: Node, joined: Node): boolean {
  return pool.op === "MaxPool" && pool.outputs.length === 1 && joined.op === "Concat" &&
    intAttribute(joined, "axis", 0) === 1;
}

function poolsOfParts(pool: Node, joined: Node, taken: Set<string>): Node[] {
  const whole = pool.outputs[0]!;
  const pools = joined.inputs.map((input, index) => ({
    ...pool,
    name: `${pool.name}/part_${index}`,
    inputs: [input],
    outputs: [freeName(`${whole}/part_${index}`, taken)],
  }));
  return [...pools, {
    ...joined,
    name: whole,
    inputs: pools.map(({ outputs }) => outputs[0]!),
    outputs: [whole],
  }];
}
