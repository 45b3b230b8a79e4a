import config from "../../deno.json" with { type: "json" };

/** The program's version, as shown by `/healthz` and `/openapi.json`. */
export const version: string = config.version;
