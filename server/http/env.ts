import type { Logger } from "pino";

/** What the middlewares leave for the routes, for Hono's types. */
export interface Env {
  Variables: {
    /** Names the request in the log and in the answer's header X-Request-Id. */
    requestId: string;
    /** Writes lines that carry the request's id. */
    log: Logger;
  };
}
