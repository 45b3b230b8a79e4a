import type { Graph } from "./model.ts";

/** Every name of a value or node in a graph and in the graphs inside it. */
export function namesIn(graph: Graph, names = new Set<string>()): Set<string> {
  for (const { name } of [...graph.inputs, ...graph.outputs]) names.add(name);
  for (const name of graph.initializers.keys()) names.add(name);
  for (const node of graph.nodes) {
    for (const name of [node.name, ...node.inputs, ...node.outputs]) names.add(name);
    for (const attribute of Object.values(node.attributes)) {
      if (attribute.kind === "graph") namesIn(attribute.value, names);
    }
  }
  return names;
}

/** The hint, or the hint with a number if the name is taken; takes it. */
export function freeName(hint: string, taken: Set<string>): string {
  let name = hint;
  for (let i = 1; taken.has(name); i++) name = `${hint}_${i}`;
  taken.add(name);
  return name;
}
