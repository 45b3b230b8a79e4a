import type { ShapeRule } from "./context.ts";
import { creationRules } from "./creation.ts";
import { elementwiseRules } from "./elementwise.ts";
import { gatheringRules } from "./gathering.ts";
import { layoutRules } from "./layout.ts";
import { linearRules } from "./linear.ts";
import { normalizationRules } from "./normalization.ts";
import { reductionRules } from "./reductions.ts";
import { resamplingRules } from "./resampling.ts";
import { windowRules } from "./windows.ts";

/** The shape rules by operator of the standard domain. */
export const shapeRules: ReadonlyMap<string, ShapeRule> = new Map(Object.entries({
  ...creationRules,
  ...elementwiseRules,
  ...gatheringRules,
  ...layoutRules,
  ...linearRules,
  ...normalizationRules,
  ...reductionRules,
  ...resamplingRules,
  ...windowRules,
}));
