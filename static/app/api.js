// @ts-check
/// <reference lib="dom" />

/**
 * Every route of the server as a function. Failures are thrown as {@link ApiError}.
 *
 * @import { Dream, Networks, Picture, Request as Wish, Settings } from "./types.ts"
 */

/** An error reported by the server, or a failed connection to it. */
export class ApiError extends Error {
  /** @override */
  name = "ApiError";

  /**
   * @param {number} status HTTP status, or 0 if there was no response
   * @param {{ code?: string, message: string, field?: string }} body
   */
  constructor(status, { code = "unknown", message, field }) {
    super(message);
    this.status = status;
    this.code = code;
    this.field = field;
  }
}

const offline = "The server cannot be reached. Check that it runs and that you are connected.";

/**
 * Fetches a response of the server, or throws the error it reports.
 *
 * @param {string} path
 * @param {RequestInit} [init]
 * @returns {Promise<Response>}
 */
async function ask(path, init = {}) {
  let response;
  try {
    response = await fetch(path, { credentials: "same-origin", ...init });
  } catch (error) {
    if (init.signal?.aborted) throw error;
    throw new ApiError(0, { code: "offline", message: offline });
  }
  if (response.ok) return response;
  if (response.status === 401) goToLogin();
  throw await errorOf(response);
}

/** Goes to the login page, which returns here afterwards. */
function goToLogin() {
  location.assign(`/login?next=${encodeURIComponent(location.pathname + location.hash)}`);
}

/** @param {Response} response */
async function errorOf(response) {
  return errorFrom(response.status, await response.text().catch(() => ""));
}

/**
 * The error in a response body.
 *
 * @param {number} status
 * @param {string} text
 */
export function errorFrom(status, text) {
  try {
    const { error } = JSON.parse(text);
    if (typeof error.message === "string") return new ApiError(status, error);
  } catch {
    // Not from the server itself, but perhaps from a proxy.
  }
  if (status === 0) return new ApiError(0, { code: "offline", message: offline });
  return new ApiError(status, { message: `The server answered with status ${status}.` });
}

/**
 * @param {string} path
 * @param {RequestInit} [init]
 */
async function json(path, init) {
  return await (await ask(path, init)).json();
}

/**
 * @param {string} method
 * @param {unknown} body
 * @returns {RequestInit}
 */
function sending(method, body) {
  return { method, headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
}

/** @param {string} id */
const dreamPath = (id) => `/api/dreams/${encodeURIComponent(id)}`;

/**
 * A request as flat text fields, for queries, forms and tus.
 *
 * @param {Wish} wish
 * @returns {Record<string, string>}
 */
export function fieldsOf({ given, ...rest }) {
  const entries = Object.entries({ ...rest, ...given })
    .filter(([, value]) => value !== undefined && value !== null)
    .map(([name, value]) => [name, Array.isArray(value) ? value.join(",") : String(value)]);
  return Object.fromEntries(entries);
}

/** @returns {Promise<Settings>} */
export function getSettings() {
  return json("/api/settings");
}

/**
 * @param {AbortSignal} [signal]
 * @returns {Promise<Networks>}
 */
export function getNetworks(signal) {
  return json("/api/networks", signal ? { signal } : {});
}

/**
 * Asks the server to download a network.
 *
 * @param {string} name
 * @returns {Promise<Networks>}
 */
export function fetchNetwork(name) {
  return json(`/api/networks/${encodeURIComponent(name)}/fetch`, { method: "POST" });
}

/**
 * All dreams, newest first.
 *
 * @param {AbortSignal} [signal]
 * @returns {Promise<Dream[]>}
 */
export async function listDreams(signal) {
  const answer = await json("/api/dreams", signal ? { signal } : {});
  return Array.isArray(answer) ? answer : answer.dreams;
}

/**
 * @param {string} id
 * @param {AbortSignal} [signal]
 * @returns {Promise<Dream>}
 */
export function getDream(id, signal) {
  return json(dreamPath(id), signal ? { signal } : {});
}

/**
 * Changes settings. `frame` in the response is the first frame made with them.
 *
 * @param {string} id
 * @param {Record<string, unknown>} parameters
 */
export function changeDream(id, parameters) {
  return json(dreamPath(id), sending("PATCH", parameters));
}

/**
 * @param {string} id
 * @returns {Promise<Dream>}
 */
export function cancelDream(id) {
  return json(`${dreamPath(id)}/cancel`, { method: "POST" });
}

/** @param {string} id */
export async function deleteDream(id) {
  await ask(dreamPath(id), { method: "DELETE" });
}

/**
 * Starts a new dream of the same source.
 *
 * @param {string} id
 * @param {Wish} [wish] settings that override the earlier ones
 * @returns {Promise<Dream>}
 */
export function dreamAgain(id, wish) {
  return json(`${dreamPath(id)}/again`, sending("POST", wish ? flat(wish) : {}));
}

/**
 * Dreams the sample clip.
 *
 * @param {Wish} wish
 * @returns {Promise<Dream>}
 */
export function dreamSample(wish) {
  return json("/api/samples", sending("POST", flat(wish)));
}

/** @param {Wish} wish */
function flat({ given, ...rest }) {
  return { ...rest, ...given };
}

/**
 * Dreams one frame of an uploaded picture or video, or of an earlier dream's source.
 *
 * @param {{ body?: Blob, dream?: string, at?: number, wish: Wish }} what
 * @param {AbortSignal} [signal]
 * @returns {Promise<Picture>}
 */
export async function preview({ body, dream, at, wish }, signal) {
  const { name: _name, from: _from, duration: _duration, ...settings } = fieldsOf(wish);
  const query = new URLSearchParams(settings);
  if (dream !== undefined) query.set("dream", dream);
  if (at !== undefined) query.set("at", String(at));
  const response = await ask(`/api/preview?${query}`, {
    method: "POST",
    ...(body && { body, headers: { "Content-Type": body.type || "application/octet-stream" } }),
    ...(signal && { signal }),
  });
  return {
    blob: await response.blob(),
    loss: Number(response.headers.get("Reverie-Loss")),
    seconds: Number(response.headers.get("Reverie-Seconds")),
  };
}

/**
 * A picture of what the dream sees, and the index of its frame. Waits for the next frame if there is none
 * yet.
 *
 * @param {string} id
 * @param {"source" | "flow" | "mask" | "dream"} what
 * @param {AbortSignal} [signal]
 */
export async function seenPicture(id, what, signal) {
  const response = await ask(`${dreamPath(id)}/sees/${what}.jpg`, {
    cache: "no-store",
    ...(signal && { signal }),
  });
  return { blob: await response.blob(), frame: Number(response.headers.get("Reverie-Frame")) };
}

/**
 * The address of a WebSocket on this server.
 *
 * @param {string} path
 */
export function socketAddress(path) {
  const url = new URL(path, location.href);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  return url.href;
}
