/**
 * Variational refinement: moves a flow to where it makes a robust energy small, the sum over all pixels of
 *
 *     delta |brightness constraint| + gamma |gradient constraints| + alpha |derivatives of the flow|
 *
 * (Brox et al. 2004; part of DIS in Kroeger et al. 2016, section 2.3). Outside: warp and linearise. In between: fixed
 * point iterations, which turn each |.| into a weighted square. Inside: successive over-relaxation.
 */
import type { FlowField } from "../flow.ts";
import { linearise } from "./data_term.ts";
import { LinearSystem } from "./linear_system.ts";
import type { RefinementParameters } from "./parameters.ts";
import type { Level } from "./pyramid.ts";

/** The refined flow; the given one is left as it is. */
export function refine(from: Level, to: Level, flow: FlowField, parameters: RefinementParameters): FlowField {
  let refined = flow;
  for (let warp = 0; warp < parameters.warps; warp++) {
    const constraints = linearise(from, to, refined);
    const system = new LinearSystem(from, refined, parameters);
    for (let iteration = 0; iteration < parameters.fixedPointIterations; iteration++) {
      system.weigh(constraints);
      for (let sweep = 0; sweep < parameters.sorIterations; sweep++) system.relax();
    }
    refined = system.flow();
  }
  return refined;
}
