import type { Tensor } from "../../model.ts";
import type { NodeContext, TensorInfo } from "../context.ts";
import { creationEvaluators } from "./creation.ts";
import { elementwiseEvaluators } from "./elementwise.ts";
import type { Evaluator } from "./evaluator.ts";
import { gatheringEvaluators } from "./gathering.ts";
import { layoutEvaluators } from "./layout.ts";

const evaluators: ReadonlyMap<string, Evaluator> = new Map(Object.entries({
  ...creationEvaluators,
  ...elementwiseEvaluators,
  ...gatheringEvaluators,
  ...layoutEvaluators,
}));

/** These need their input's shape only. */
const asksForShapes = new Set(["Shape", "Size"]);

/** These move elements and need not understand them. */
const moves = new Set([
  ...Object.keys(layoutEvaluators),
  "Constant",
  "ConstantOfShape",
  "Gather",
  "GatherElements",
]);

/**
 * A node's outputs, where its inputs are known and its operator is one that shapes, scales and weights are computed
 * with; otherwise undefined.
 *
 * @param outputs what the operator's shape rule says
 */
export function evaluate(context: NodeContext, outputs: TensorInfo[]): Tensor[] | undefined {
  const { op, inputs } = context.node;
  const evaluator = evaluators.get(op);
  if (!evaluator) return undefined;
  if (asksForShapes.has(op)) return evaluator(context, outputs);
  const tensors = inputs.map((name, index) => name ? context.constant(index) : undefined);
  if (!inputs.every((name, index) => name === "" || tensors[index])) return undefined;
  const types = [...tensors.map((tensor) => tensor?.type), ...outputs.map(({ type }) => type)];
  if (types.includes("float16") && !moves.has(op)) return undefined;
  return evaluator(context, outputs);
}
