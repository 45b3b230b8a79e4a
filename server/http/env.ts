import type { Logger } from "pino";

/** Variables that the middlewares set for the routes, as Hono types them. */
export interface Env {
  Variables: {
    /** Identifies the request in the log and in the response header X-Request-Id. */
    requestId: string;
    /** Logger whose lines carry the request's id. */
    log: Logger;
  };
}
