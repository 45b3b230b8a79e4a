import type { Logger } from "pino";
import type { Dreams } from "../dreams/dreams.ts";
import type { LiveHub } from "../live/hub.ts";
import type { NetworkFetches } from "../networks/network_fetches.ts";
import type { ServerOptions } from "../options.ts";
import type { Renderer } from "../rendering/renderer.ts";
import type { Uploads } from "../uploads/uploads.ts";
import type { Metrics } from "./metrics/metrics.ts";

/** Dependencies of the routes; their creator also closes them. */
export interface Services {
  options: ServerOptions;
  dreams: Dreams;
  uploads: Uploads;
  hub: LiveHub;
  renderer: Renderer;
  fetches: NetworkFetches;
  metrics: Metrics;
  log: Logger;
  /** Aborted when the server closes; pending requests are then answered. */
  closing?: AbortSignal;
}
