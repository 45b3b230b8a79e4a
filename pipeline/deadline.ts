/** Waiting with a limit, for those above the pipeline. */
export { deadline, isTimeout, settledWithin } from "../models/deadline.ts";
