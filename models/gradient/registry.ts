import type { GraphBuilder } from "../onnx/build.ts";
import type { Attribute, ElementType, Node, Tensor } from "../onnx/model.ts";
import type { DifferentiateOptions } from "./differentiate.ts";
import type { Contribution } from "./gradient_sum.ts";
import { activationRules } from "./rules/activation.ts";
import { arithmeticRules } from "./rules/arithmetic.ts";
import { convolutionRules } from "./rules/convolution.ts";
import { gridSampleRules } from "./rules/grid_sample.ts";
import { matmulRules } from "./rules/matmul.ts";
import { normalizationRules } from "./rules/normalization.ts";
import { poolingRules } from "./rules/pooling.ts";
import { reductionRules } from "./rules/reduction.ts";
import { resizeRules } from "./rules/resize.ts";
import { selectRules } from "./rules/select.ts";
import { shapeRules } from "./rules/shape.ts";

/** What a rule may look at, and the builder it appends the node's backward pass with. */
export interface RuleContext {
  g: GraphBuilder;
  /** The node to differentiate, written for operator set 17. */
  node: Node;
  /** The gradient of the loss with respect to each output; undefined where the loss does not depend on it. */
  readonly grads: (string | undefined)[];
  /** Some channels (axis 1) of the first output's gradient; cheaper than to cut them from all in `grads`. */
  gradientChannels(start: number, end: number): string;
  /** The static shape of a value of the forward graph. */
  shape(name: string): number[];
  /** The tensor as a value that onnxruntime does not know beforehand, so that it computes nothing from it in advance. */
  variable(tensor: Tensor): string;
  /** The element type of a value of the forward graph. */
  type(name: string): ElementType;
  /** The value's tensor where it is a constant. */
  constant(name: string): Tensor | undefined;
  /** Whether the gradient of this input is wanted. */
  needs(inputIndex: number): boolean;
  /**
   * Whether the gradient counts only where the node's output is positive: elsewhere it is zero, or ends at a Relu, so it
   * may go to any place that is not positive.
   */
  onlyPositiveMatters(): boolean;
  /** Whether a MaxPool is to stop the gradient of windows whose maximum is not positive, in place of a Relu before it. */
  stopsForRelu(): boolean;
  /** Whether the gradient that comes back to a Relu is zero already where the Relu would stop it. */
  isStoppedBefore(): boolean;
  /** Makes an optional output of the node exist and returns its name (MaxPool's Indices). */
  demandOutput(outputIndex: number): string;
  /** Writes the forward node another way; its results have to stay the same. */
  changeAttributes(attributes: Record<string, Attribute>): void;
  /**
   * Replaces the forward node, of one output, by the nodes that `build` appends; `output` names what takes the place of
   * its result. What `build` returns may be used in the backward pass.
   */
  rewriteForward<Built extends { output: string }>(build: () => Built): Built;
  options: DifferentiateOptions;
}

/** Appends the backward pass of one node; returns the gradient of each input, undefined where none is needed. */
export type Rule = (context: RuleContext) => (Contribution | undefined)[];

/** The rules by ONNX operator. */
export const rules: ReadonlyMap<string, Rule> = new Map(Object.entries({
  ...activationRules,
  ...arithmeticRules,
  ...convolutionRules,
  ...gridSampleRules,
  ...matmulRules,
  ...normalizationRules,
  ...poolingRules,
  ...reductionRules,
  ...resizeRules,
  ...selectRules,
  ...shapeRules,
}));
