/** Compact descriptions of routes. */
import type { MiddlewareHandler } from "hono";
import { describeRoute } from "hono-openapi";
import { type ErrorCode, errorCodes, outcomes } from "../../../pipeline/errors.ts";
import { reference, type SchemaName } from "./components.ts";
import type { Content, Parameter, Reference, Reply, Schema } from "./types.ts";

/** Description of a route. */
export interface RouteDescription {
  /** Name of the operation, unique in the document. */
  id: string;
  tag: "dreams" | "watching" | "files" | "trying" | "server";
  summary: string;
  description?: string;
  parameters?: (Reference | Parameter)[];
  body?: { description?: string; required?: boolean; content: Content };
  /** Successful responses by status. */
  replies: Record<number, Reply>;
  /** Errors beyond those of every route. */
  errors?: readonly ErrorCode[];
}

/** Errors that every route of the API may return. */
const everywhere: readonly ErrorCode[] = [
  "unauthorized",
  "forbidden",
  ...errorCodes.filter((code) => outcomes[code].status === 500),
];

const meanings: Record<ErrorCode, string> = {
  invalid_parameter: "a setting is not known or not in its range; `field` names it",
  invalid_request: "the request is malformed",
  unauthorized: "the token is missing or wrong",
  forbidden: "the request comes from a foreign site",
  not_found: "there is no such thing",
  method_not_allowed: "the method is none of those in Allow",
  conflict: "the dream's state does not allow it",
  length_required: "the body's length is not told",
  too_large: "more bytes than the limit",
  not_a_video: "the file is not a video",
  unusable_video: "a video that cannot be dreamed: broken, empty, too long or too large a picture",
  too_many_requests: "too many attempts; Retry-After says when to go on",
  queue_full: "too many dreams wait; Retry-After says when to come again",
  busy: "the renderer has something else to do; Retry-After says when to come again",
  disk_full: "no space is left",
  source_unreadable: "the server cannot read the upload that it keeps",
  ffmpeg_unusable: "the server's ffmpeg is missing or lacks what is needed",
  ffmpeg_killed: "something killed ffmpeg while it worked",
  provider_unusable: "no execution provider works on the server",
  output_unusable: "the server cannot write the result",
  cache_unusable: "the server cannot write to its cache folder",
  encoding_failed: "the server could not write the result to its end",
  download_unreachable: "the server reached none of a network's hosts",
  download_refused: "the hosts do not have the network",
  download_interrupted: "fetching a network broke off",
  download_wrong: "what came for a network is not what was published",
  internal: "the server failed",
};

/** Middleware that describes its route for `/openapi.json`. */
export function describe(route: RouteDescription): MiddlewareHandler {
  const { id, tag, summary, description, parameters, body, replies, errors = [] } = route;
  return describeRoute({
    operationId: id,
    tags: [tag],
    summary,
    ...(description !== undefined && { description }),
    ...(parameters && { parameters }),
    ...(body && { requestBody: body }),
    responses: { ...replies, ...failures([...errors, ...everywhere]) },
  });
}

/** Returns the error responses by status; several codes may share one. */
function failures(codes: readonly ErrorCode[]): Record<number, Reply> {
  const byStatus = Map.groupBy(new Set(codes), (code) => outcomes[code].status);
  return Object.fromEntries(
    byStatus.entries().map(([status, sharing]) => [status, {
      description: sharing.map((code) => `\`${code}\`: ${meanings[code]}`).join("; "),
      content: { "application/json": { schema: reference("Error") } },
    }]),
  );
}

/** Returns the content of a JSON response or request body. */
export function json(name: SchemaName): Content {
  return { "application/json": { schema: reference(name) } };
}

/** Returns the content of a binary response or request body with these media types. */
export function bytes(...types: string[]): Content {
  const schema = (type: string): Schema => ({ type: "string", contentMediaType: type });
  return Object.fromEntries(types.map((type) => [type, { schema: schema(type) }]));
}

/** The path parameter with a dream's id. */
export const idParameter: Parameter = {
  name: "id",
  in: "path",
  required: true,
  description: "the dream's id",
  schema: { type: "string", pattern: "^[0-9a-f]{32}$" },
};
