/** What passes between `dis_estimator.ts` and `dis_worker.ts`: one request at a time, one answer to each. */
import type { FlowPair } from "../flow.ts";
import type { GreyImage } from "./grey.ts";

/** Asks for the flow between two images. */
export interface DisRequest {
  previous: GreyImage;
  current: GreyImage;
}

/** The flow, or what went wrong. */
export type DisAnswer = FlowPair | { error: Error };
