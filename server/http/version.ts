import config from "../../deno.json" with { type: "json" };

/** The version of this program, as `/healthz` and `/openapi.json` tell it. */
export const version: string = config.version;
