import type { onnx as types } from "onnx-proto";

type NodeProto = types.INodeProto;

/** Functions inside functions go no deeper; more would be one that calls itself, which ONNX forbids. */
const deepest = 32;

/**
 * The nodes with each call of a function that the file itself defines replaced by the function's own nodes. The values
 * inside get the name of the call in front. A function that holds graphs of its own (If, Loop) is left as it is.
 */
export function withFunctionsInlined(
  nodes: readonly NodeProto[],
  functions: readonly types.IFunctionProto[],
  depth = 0,
): NodeProto[] {
  if (functions.length === 0 || depth > deepest) return [...nodes];
  const byName = new Map(functions.filter(isFlat).map((each) => [`${each.domain ?? ""}:${each.name}`, each]));
  return nodes.flatMap((node) => {
    const called = byName.get(`${node.domain ?? ""}:${node.opType}`);
    return called ? withFunctionsInlined(bodyOf(node, called), functions, depth + 1) : [node];
  });
}

function isFlat({ node }: types.IFunctionProto): boolean {
  return (node ?? []).every(({ attribute }) =>
    (attribute ?? []).every(({ g, graphs }) => !g && !graphs?.length)
  );
}

function bodyOf(call: NodeProto, called: types.IFunctionProto): NodeProto[] {
  const prefix = call.name || call.output?.[0] || called.name;
  const names = new Map([["", ""]]);
  (called.input ?? []).forEach((name, i) => names.set(name, call.input?.[i] ?? ""));
  (called.output ?? []).forEach((name, i) => names.set(name, call.output?.[i] || `${prefix}/${name}`));
  const rename = (name: string) => names.get(name) ?? `${prefix}/${name}`;
  // What goes straight through a function is no node of it.
  const passed = (called.output ?? []).filter((name) => called.input?.includes(name));
  const copies = passed.map((name): NodeProto => ({
    opType: "Identity",
    input: [call.input?.[called.input!.indexOf(name)] ?? ""],
    output: [call.output?.[called.output!.indexOf(name)] ?? ""],
  }));
  const given = new Map((call.attribute ?? []).map((attribute) => [attribute.name, attribute]));
  const body = (called.node ?? []).map((node): NodeProto => ({
    ...node,
    name: node.name ? `${prefix}/${node.name}` : "",
    input: (node.input ?? []).map(rename),
    output: (node.output ?? []).map(rename),
    attribute: (node.attribute ?? []).flatMap((attribute) => {
      if (!attribute.refAttrName) return [attribute];
      const value = given.get(attribute.refAttrName);
      return value ? [{ ...value, name: attribute.name ?? "" }] : [];
    }),
  }));
  return [...body, ...copies];
}
