import type { Tensor } from "../model.ts";
import type { Contribution, GradientContext } from "./gradient_context.ts";
import type { NodeContext, TensorInfo } from "./node_context.ts";
import type { UpgradeContext } from "./upgrade_context.ts";

/**
 * Returns type and shape of a node's outputs, one entry for each output of the operator, in their order.
 * Optional outputs are described whether or not the node names them. Throws an Error with the reason if it
 * cannot.
 */
export type ShapeRule = (c: NodeContext) => TensorInfo[];

/**
 * Computes a node's outputs from its inputs, all of which are known. The shape rule has described the outputs already.
 * Returns undefined for a variant that it leaves to run time.
 */
export type Evaluator = (c: NodeContext, outputs: TensorInfo[]) => Tensor[] | undefined;

/** Writes one node anew for operator set 17: appends the nodes that make the same outputs under the same names. */
export type UpgradeRule = (c: UpgradeContext) => void;

/**
 * Appends the backward pass of one node; returns the gradient of each input, undefined (or nothing at the end) where
 * none is needed. A single value is the gradient of the first input.
 */
export type GradientRule = (c: GradientContext) => Contribution | (Contribution | undefined)[];

/** The rules of an operator of the standard domain, written for operator set 17. */
export interface Operator {
  /** Without it, shapes cannot be inferred through the operator. */
  shape?: ShapeRule;
  /** Without it, the operator's results are left to run time. */
  evaluate?: Evaluator;
  /**
   * What the evaluation reads from the inputs: their elements as numbers (default); their bits, which it only
   * moves, so that float16 works; or only their shapes, so that their elements need not be known.
   */
  reads?: "numbers" | "bits" | "shapes";
  /** Without it, the operator reads the same in all sets from 7 to 22. */
  upgrade?: UpgradeRule;
  /** The operator set that introduced it, if later than 17. */
  since?: number;
  /** "severed" if the result is a shape, an index or a truth value, through which no gradient flows. */
  gradient?: GradientRule | "severed";
}

/** Operators by their names in ONNX. */
export type Operators = Record<string, Operator>;

/** The same operator under several names, separated by spaces. */
export function named(names: string, operator: Operator): Operators {
  return Object.fromEntries(names.split(" ").map((name) => [name, operator]));
}

/** The shape rule of operators whose only result has the type and shape of their first input. */
export const sameAsInput: ShapeRule = (c) => [{ type: c.type(0), dims: c.dims(0) }];
