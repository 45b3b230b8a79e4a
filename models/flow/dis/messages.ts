/** What `dis_thread.ts` asks of `dis_worker.ts`, and what is answered. */
import type { FlowField, FlowPair } from "../flow.ts";
import type { GreyImage } from "./grey.ts";

/** Requests, each with the type of its answer in {@link DisAnswers}. */
export type DisRequest =
  /** Asks for the flow between two images, both ways. */
  | { kind: "pair"; previous: GreyImage; current: GreyImage }
  /** Asks for a flow from one image to another that is more exact than the given one. */
  | { kind: "polish"; from: GreyImage; to: GreyImage; flow: FlowField };

/** Which answer belongs to which kind of request. */
export interface DisAnswers {
  pair: FlowPair;
  polish: FlowField;
}
