/** The error that is meant for users, for those above the pipeline. */
export { UserError, type UserErrorOptions } from "../models/errors.ts";
