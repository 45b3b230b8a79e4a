/**
 * Variational refinement: minimises a robust energy of the flow, the sum over all pixels of
 *
 *     delta |brightness constraint| + gamma |gradient constraints| + alpha |derivatives of the flow|
 *
 * (Brox et al. 2004; part of DIS in Kroeger et al. 2016, section 2.3). The second image is warped and linearised once;
 * fixed-point iterations turn each |.| into a weighted square; successive over-relaxation solves the linear systems.
 */
import type { FlowField } from "../flow.ts";
import { linearise } from "./data_term.ts";
import { LinearSystem } from "./linear_system.ts";
import type { RefinementParameters } from "./parameters.ts";
import type { Level } from "./pyramid.ts";

/** The refined flow; the given flow is not changed. */
export function refine(from: Level, to: Level, flow: FlowField, parameters: RefinementParameters): FlowField {
  const constraints = linearise(from, to, flow);
  const system = new LinearSystem(from, flow, parameters);
  for (let iteration = 0; iteration < parameters.fixedPointIterations; iteration++) {
    system.weigh(constraints);
    system.relax();
  }
  return system.flow();
}
