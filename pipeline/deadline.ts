/** Waiting with a timeout, re-exported for the layers above the pipeline. */
export { deadline, isTimeout, settledWithin } from "../models/deadline.ts";
