/** The web page and the libraries it loads. */
import { Hono, type MiddlewareHandler } from "hono";
import { fileURLToPath } from "node:url";
import type { Env } from "../env.ts";
import { contentTag, sendPage } from "../files/static_files.ts";
import { revalidated, sendFile } from "../files/send_file.ts";

/** Libraries by name under /vendor/, each a file of its npm package. */
const vendor: Record<string, string> = {
  "hls.mjs": "hls.js/dist/hls.min.mjs",
  "tus.min.js": "tus-js-client/dist/tus.min.js",
};

/**
 * `GET /vendor/…`: serves hls.js and tus-js-client from their npm packages, so that the page needs no other
 * server.
 */
export function vendorRoutes(): Hono<Env> {
  const routes = new Hono<Env>();
  for (const [name, module] of Object.entries(vendor)) {
    routes.get(`/${name}`, async (c) => {
      const path = fileURLToPath(import.meta.resolve(module));
      const etag = await contentTag(path);
      const options = { type: "text/javascript; charset=utf-8", cache: revalidated, ...(etag && { etag }) };
      return await sendFile(c.req.raw, path, options) ?? c.notFound();
    });
  }
  return routes;
}

/**
 * Responds to GET and HEAD with a file of the page if there is one, and leaves everything else to the routes.
 */
export function page(): MiddlewareHandler<Env> {
  return async (c, next) => {
    const isReading = c.req.method === "GET" || c.req.method === "HEAD";
    const response = isReading ? await sendPage(c.req.raw, c.req.path) : undefined;
    if (!response) return await next();
    return response;
  };
}
