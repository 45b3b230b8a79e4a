import type { Hono, MiddlewareHandler } from "hono";
import { openAPIRouteHandler } from "hono-openapi";
import type { Env } from "../env.ts";
import { version } from "../version.ts";
import { components } from "./components.ts";

const tags = [
  { name: "dreams", description: "Uploads and what becomes of them" },
  { name: "watching", description: "News and pictures while a dream is made" },
  { name: "files", description: "What is left when it is done" },
  { name: "trying", description: "Settings, single frames and the camera" },
  { name: "server", description: "The server itself" },
];

/** Responds with the OpenAPI 3.1 document of all routes of the app. */
export function openApiDocument(app: Hono<Env>): MiddlewareHandler {
  return openAPIRouteHandler(app, {
    excludeStaticFile: false,
    documentation: {
      info: {
        title: "Reverie",
        version,
        description: "Dreams videos, and shows them while they are dreamed.",
      },
      tags,
      components,
      security: [{}, { bearer: [] }, { query: [] }],
    },
  });
}
