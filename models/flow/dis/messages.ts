/** What passes between `dis_thread.ts` and `dis_worker.ts`: one request at a time, one answer to each. */
import type { FlowField, FlowPair } from "../flow.ts";
import type { GreyImage } from "./grey.ts";

/** Asks for the flow between two images, both ways. */
export interface PairRequest {
  previous: GreyImage;
  current: GreyImage;
}

/** Asks for a flow from one image to another that is more exact than the given one. */
export interface PolishRequest {
  from: GreyImage;
  to: GreyImage;
  flow: FlowField;
}

export type DisRequest = PairRequest | PolishRequest;

/** The flow, or what went wrong. */
export type DisAnswer = FlowPair | FlowField | { error: Error };
