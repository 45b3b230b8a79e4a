/** Requests from `dis_thread.ts` to `dis_worker.ts`, and their answers. */
import type { FlowField, FlowPair } from "../flow.ts";
import type { GreyImage } from "./grey.ts";

/** Requests, each with the type of its answer in {@link DisAnswers}. */
export type DisRequest =
  /** Asks for the flow between two images in both directions. */
  | { kind: "pair"; previous: GreyImage; current: GreyImage }
  /** Asks for a more precise version of a flow from one image to another. */
  | { kind: "polish"; from: GreyImage; to: GreyImage; flow: FlowField };

/** The type of the answer to each kind of request. */
export interface DisAnswers {
  pair: FlowPair;
  polish: FlowField;
}
