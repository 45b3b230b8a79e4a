import { invalidParameter } from "../errors.ts";
import { elementTypeCode } from "../onnx/build.ts";
import { foldConstants } from "../onnx/fold.ts";
import { type Graph, intAttribute, type Model, type Node } from "../onnx/model.ts";
import { operatorOf } from "../onnx/operators/table.ts";
import { namesReadBy } from "../onnx/prune.ts";
import { upgrade } from "../onnx/upgrade.ts";

/** A value that a layer's name can refer to. */
export interface Layer {
  /** Name of the value in the graph. */
  value: string;
  node: Node;
}

/** The graph's real inputs: old models list their weights among the inputs, too. */
export function networkInputs(graph: Graph): string[] {
  return graph.inputs.map(({ name }) => name).filter((name) => !graph.initializers.has(name));
}

const floatTypes = new Set([elementTypeCode.float32, elementTypeCode.float16, elementTypeCode.float64]);

function passesGradients(node: Node): boolean {
  if (node.domain === "" && node.op === "Cast") return floatTypes.has(intAttribute(node, "to", 0));
  return operatorOf(node).gradient !== "severed";
}

function hasRule(node: Node): boolean {
  return typeof operatorOf(node).gradient === "function";
}

/** Values that depend on the inputs through operators that have a rule, in topological order. */
export function layersWithRules(graph: Graph, inputs: string[]): Layer[] {
  const clean = new Set(inputs);
  const tainted = new Set<string>();
  const layers: Layer[] = [];
  for (const node of graph.nodes) {
    const depends = namesReadBy(node).filter((name) => clean.has(name) || tainted.has(name));
    if (depends.length === 0 || !passesGradients(node)) continue;
    const reachable = hasRule(node) && depends.every((name) => clean.has(name));
    for (const value of node.outputs) {
      if (!value) continue;
      (reachable ? clean : tainted).add(value);
      if (reachable) layers.push({ value, node });
    }
  }
  return layers;
}

/**
 * Checks that every operator that gradients pass through has a rule.
 *
 * @param active the values whose gradients are needed; by default all that depend on the inputs
 * @throws {ReverieError} for the first operator without a rule; the message names the node and the layers below it
 */
export function refuseUnknownOperators(
  graph: Graph,
  inputs: string[],
  active: ReadonlySet<string> = dependents(graph, inputs),
): void {
  const isActive = (name: string) => active.has(name);
  for (const node of graph.nodes) {
    if (!node.outputs.some(isActive) || !namesReadBy(node).some(isActive) || hasRule(node)) continue;
    const operator = node.domain === "" ? node.op : `${node.domain}.${node.op}`;
    throw invalidParameter(
      "layers",
      `the operator ${operator} of node "${node.name || node.outputs[0]}" has no gradient; ` +
        suggestion(layersWithRules(graph, inputs).map(({ value }) => value)),
    );
  }
}

/** The inputs, and the values that depend on them other than as a shape, an index or a truth value. */
export function dependents(graph: Graph, inputs: string[]): ReadonlySet<string> {
  const reached = new Set(inputs);
  for (const node of graph.nodes) {
    if (!passesGradients(node) || !namesReadBy(node).some((name) => reached.has(name))) continue;
    for (const name of node.outputs) reached.add(name);
  }
  return reached;
}

function suggestion(layers: string[]): string {
  if (layers.length === 0) return "no layer can be reached without it";
  const shown = layers.slice(-12);
  const more = layers.length > shown.length ? ` and ${layers.length - shown.length} below` : "";
  return `layers that can be reached without it: ${shown.join(", ")}${more}`;
}

/**
 * The names of all layers to dream with, from the input upwards: those of values, and those of nodes if they differ.
 * Layers above an operator without a gradient rule are left out.
 */
export function reachableLayers(model: Model): string[] {
  const upgraded = upgrade(model, { unsupported: "keep" });
  const { nodes } = upgraded.graph;
  const outputs = nodes.flatMap(({ outputs }) => outputs).filter((name) => name !== "")
    .map((name) => ({ name, type: "float32" as const }));
  // Folding removes each If whose condition is known.
  const { graph: folded } = foldConstants({ ...upgraded, graph: { ...upgraded.graph, outputs } }, {
    largestConstant: 4096,
  });
  const reachable = new Set(layersWithRules(folded, networkInputs(folded)).map(({ value }) => value));
  const names = new Set<string>();
  for (const { name, outputs } of nodes) {
    for (const value of outputs.filter((value) => reachable.has(value))) {
      names.add(value);
      if (name && outputs[0] === value) names.add(name);
    }
  }
  return [...names];
}

/** Letters and digits in lower case, words separated by single slashes: `Mixed_4c/Concat:0` is `mixed/4c/concat/0`. */
function words(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]+/g, "/").replace(/^\/|\/$/g, "");
}

/**
 * The value that a layer's name refers to: the value of that name, the first output of the node of that name, or the
 * only value whose name ends with the given words. Otherwise the words name a block, such as PyTorch's `features.4`, and
 * refer to the last value inside it. Case, punctuation and numbers that exporters append do not matter.
 *
 * @throws {ReverieError} if none or more than one fits
 */
export function resolveLayer(graph: Graph, name: string): string {
  const values = graph.nodes.flatMap((node) => node.outputs).filter((value) => value !== "");
  if (values.includes(name)) return name;
  const named = graph.nodes.find((node) => node.name === name);
  if (named?.outputs[0]) return named.outputs[0];
  const wanted = words(name);
  const aliases = graph.nodes.filter((node) => node.outputs[0]).flatMap((node) =>
    [...node.outputs.filter((value) => value !== ""), node.name].map((alias, i) => ({
      words: words(alias),
      value: i < node.outputs.length && alias !== node.name ? alias : node.outputs[0]!,
    }))
  );
  const valuesWhere = (fits: (alias: string) => boolean) => [
    ...new Set(aliases.filter((alias) => fits(alias.words)).map(({ value }) => value)),
  ];
  const withoutNumbers = (alias: string) => alias.replace(/(\/\d+)+$/, "");
  const exact = [
    (alias: string) => alias === wanted,
    (alias: string) => withoutNumbers(alias) === wanted,
    (alias: string) => alias.endsWith(`/${wanted}`),
    (alias: string) => withoutNumbers(alias).endsWith(`/${wanted}`),
  ];
  for (const fits of exact) {
    const found = valuesWhere(fits);
    if (found.length === 1) return found[0]!;
    if (found.length > 1) {
      throw invalidParameter("layers", `the layer "${name}" could be ${listed(found)}`, {
        advice: ["give the whole name"],
      });
    }
  }
  const block = valuesWhere((alias) => `/${alias}/`.includes(`/${wanted}/`)).at(-1);
  if (block !== undefined) return block;
  // A name from another export of the same network, such as Caffe2's `inception_4c/output_1`.
  const plain = valuesWhere((alias) => alias === withoutNumbers(wanted));
  if (plain.length === 1) return plain[0]!;
  throw invalidParameter("layers", `the network has no layer "${name}"; its layers are ${listed(values)}`);
}

function listed(names: string[]): string {
  const shown = names.slice(0, 24).join(", ");
  return names.length > 24 ? `${shown}, … (${names.length} in all)` : shown;
}
