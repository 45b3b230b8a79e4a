/** The server's routes, in one list. */
import { Hono } from "hono";
import { methodNotAllowed as checkMethod } from "hono/method-not-allowed";
import type { Env } from "./http/env.ts";
import { errorResponse, methodNotAllowed, notFound } from "./http/error_response.ts";
import { requestMetrics } from "./http/metrics/request_metrics.ts";
import { openApiDocument } from "./http/openapi/document.ts";
import { requestLog } from "./http/request_log.ts";
import { dreamRoutes } from "./http/routes/dream.ts";
import { dreamFileRoutes } from "./http/routes/dream_files.ts";
import { dreamsRoutes } from "./http/routes/dreams.ts";
import { hlsRoutes } from "./http/routes/hls.ts";
import { cameraRoutes, watchingRoutes } from "./http/routes/live.ts";
import { networksRoutes } from "./http/routes/networks.ts";
import { page, vendorRoutes } from "./http/routes/page.ts";
import { previewRoute } from "./http/routes/preview.ts";
import { resumableRoutes } from "./http/routes/resumable.ts";
import { samplesRoute } from "./http/routes/samples.ts";
import { serverRoutes } from "./http/routes/server.ts";
import { settingsRoute } from "./http/routes/settings.ts";
import type { Services } from "./http/services.ts";
import { loginRoutes } from "./security/login.ts";
import { protect } from "./security/protect.ts";

export type { Services } from "./http/services.ts";

/**
 * Creates the whole HTTP server as a Hono app: the API under `/api`, resumable uploads under `/files`, the
 * page at `/`, and `/healthz`, `/metrics` and `/openapi.json`. Every error response has the body `{"error":
 * {"code", "message", "field"?}}`.
 */
export function createApp(services: Services): Hono<Env> {
  const { options, log, metrics } = services;
  const app = new Hono<Env>().onError(errorResponse).notFound(notFound);
  app.use(requestLog(log), requestMetrics(metrics), ...protect(options));
  app.use(checkMethod({ app, onMethodNotAllowed: methodNotAllowed }));
  return app
    .route("/", loginRoutes(options))
    .route("/", serverRoutes(services))
    .route("/api/settings", settingsRoute(services))
    .route("/api/networks", networksRoutes(services))
    .route("/api/dreams", dreamsRoutes(services))
    .route("/api/dreams", dreamRoutes(services))
    .route("/api/dreams", dreamFileRoutes(services))
    .route("/api/dreams", hlsRoutes(services))
    .route("/api/dreams", watchingRoutes(services))
    .route("/api/samples", samplesRoute(services))
    .route("/api/preview", previewRoute(services))
    .route("/api/camera", cameraRoutes(services))
    .route("/files", resumableRoutes(services))
    .route("/vendor", vendorRoutes())
    .get("/openapi.json", openApiDocument(app))
    .use(page());
}
