import type { Tensor } from "../model.ts";
import type { NodeContext, TensorInfo } from "./node_context.ts";
import { operatorOf } from "./table.ts";

/**
 * A node's outputs if its inputs are known and its operator has an evaluation; otherwise undefined.
 *
 * @param outputs the result of the operator's shape rule
 */
export function evaluate(c: NodeContext, outputs: TensorInfo[]): Tensor[] | undefined {
  const { evaluate, reads } = operatorOf(c.node);
  if (!evaluate) return undefined;
  if (reads === "shapes") return evaluate(c, outputs);
  const given = c.node.inputs.flatMap((name, index) => name === "" ? [] : [c.constant(index)]);
  if (given.includes(undefined)) return undefined;
  const types = [...given, ...outputs].map((each) => each!.type);
  if (types.includes("float16") && reads !== "bits") return undefined;
  return evaluate(c, outputs);
}
