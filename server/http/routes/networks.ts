/** Lists the networks that the server can dream with, and fetches missing ones. */
import { type Context, Hono } from "hono";
import { dreamNetworks, dreamsByDefault } from "../../../pipeline/settings/networks.ts";
import { ReverieError } from "../../../pipeline/errors.ts";
import type { NetworkFetches } from "../../networks/network_fetches.ts";
import { isOperator } from "../../security/operator.ts";
import { quoted } from "../../uploads/names.ts";
import type { Env } from "../env.ts";
import { describe, json } from "../openapi/describe.ts";
import type { Services } from "../services.ts";

/** `GET /api/networks` and `POST /api/networks/:network/fetch`. */
export function networksRoutes({ fetches, options }: Pick<Services, "fetches" | "options">): Hono<Env> {
  const told = (c: Context) => ({
    dreams: dreamsByDefault(),
    mayFetch: isOperator(c, options),
    networks: dreamNetworks().map((network) => ({ ...network, ...fetchOf(fetches, network.name) })),
  });
  return new Hono<Env>()
    .get("/", describe(listRoute), (c) => c.json(told(c), 200, { "Cache-Control": "no-store" }))
    .post("/:network/fetch", describe(fetchRoute), (c) => {
      const name = c.req.param("network");
      const network = dreamNetworks().find((known) => known.name === name);
      if (!network) {
        throw new ReverieError("not_found", `there is no network ${quoted(name)}: see /api/networks`);
      }
      if (!isOperator(c, options)) {
        throw new ReverieError("forbidden", "only who runs the server may fetch a network");
      }
      if (!network.here) fetches.start(name);
      return c.json(told(c), 202);
    });
}

function fetchOf(fetches: NetworkFetches, network: string) {
  const state = fetches.state(network);
  return state === undefined ? {} : { fetch: state };
}

const listRoute = {
  id: "listNetworks",
  tag: "server" as const,
  summary: "Networks to dream with: which are here, which one dreams, and how a fetch is going",
  replies: { 200: { description: "the networks", content: json("Networks") } },
};

const fetchRoute = {
  id: "fetchNetwork",
  tag: "server" as const,
  summary: "Fetches a network that is not here; for who runs the server",
  parameters: [{
    name: "network",
    in: "path" as const,
    required: true,
    description: "a name of GET /api/networks",
    schema: { type: "string" as const },
  }],
  replies: { 202: { description: "the networks as they stand", content: json("Networks") } },
  errors: ["not_found"] as const,
};
