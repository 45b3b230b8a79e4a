/** Access control with the server's token. */
import type { Context, MiddlewareHandler } from "hono";
import { ReverieError } from "../../pipeline/errors.ts";
import { localPath } from "./local_path.ts";
import { isNavigation } from "./request_facts.ts";
import { hasSession, startSession } from "./session.ts";
import { sessionKey } from "./session_key.ts";
import { clientOf } from "./client_address.ts";
import { TokenCheck } from "./token_check.ts";

/** Options of {@link authentication} and of the login. */
export interface AuthenticationOptions {
  /** Secret that every request must present; if undefined, everybody has access. */
  token?: string | undefined;
  /** Folder of the server's data; with it, logins survive restarts. */
  data?: string | undefined;
  /** Addresses of reverse proxies, whose X-Forwarded-For is believed. */
  proxies?: readonly string[] | undefined;
  /** How long an attempt above the limit is held before it is looked at, in milliseconds; default 5 s. */
  holdMs?: number;
}

/** Paths that need no token: the health check, the login, and the files of its page. */
const open = {
  reading: /^\/(healthz|login|app\/(login|theme)\.js|style\/[\w./-]+|favicon\.ico)$/,
  posting: /^\/(login|logout)$/,
};

/**
 * Lets requests pass that present the token: in the header `Authorization: Bearer TOKEN`; in the query
 * (`?token=TOKEN`) of GET and HEAD, for sockets and media players that cannot set headers; or by a login
 * cookie. Other requests get 401, or slowly 429 after hundreds of wrong tokens; a browser that opens a page is
 * redirected to /login instead. A page opened with the token in its query gets the cookie and is redirected
 * to the same URL without the token, so that the token neither stays in the history nor spreads.
 *
 * These paths need no token: /healthz, /login with its scripts, styles and icon, /logout.
 *
 * hono/bearer-auth supports only the header, and has its own error responses.
 */
export function authentication(options: AuthenticationOptions): MiddlewareHandler {
  const { token, data, proxies } = options;
  if (token === undefined) return (_c, next) => next();
  const key = sessionKey(token, data);
  const check = new TokenCheck({ ...options, token, burst: 500, seconds: 0.2 });
  return async (c, next) => {
    if (isOpen(c)) return await next();
    const isKnown = await hasSession(c, key);
    if (!isKnown && !await showsToken(c, check, proxies)) return refuse(c);
    if (c.req.query("token") === undefined || !isPage(c)) return await next();
    if (!isKnown) await startSession(c, key);
    return c.redirect(target(c), 303);
  };
}

function isOpen(c: Context): boolean {
  const { method, path } = c.req;
  if (method === "POST") return open.posting.test(path);
  return (method === "GET" || method === "HEAD") && open.reading.test(path) && !path.includes("..");
}

async function showsToken(c: Context, check: TokenCheck, proxies?: readonly string[]): Promise<boolean> {
  const shown = shownToken(c);
  if (!shown) return false;
  const refused = await check.refusal(clientOf(c, proxies), shown);
  if (refused?.code === "too_many_requests") throw refused;
  return refused === undefined;
}

function shownToken(c: Context): string | undefined {
  const inHeader = /^Bearer +(\S+)$/i.exec(c.req.header("Authorization") ?? "")?.[1];
  if (inHeader !== undefined || !["GET", "HEAD"].includes(c.req.method)) return inHeader;
  return c.req.query("token");
}

function refuse(c: Context): Response {
  if (isPage(c)) {
    const next = target(c);
    return c.redirect(next === "/" ? "/login" : `/login?next=${encodeURIComponent(next)}`, 303);
  }
  const message = "this server needs its token: Authorization: Bearer TOKEN, or log in at /login";
  throw new ReverieError("unauthorized", message);
}

/** Whether a person opens a page, as opposed to a program that calls the API. */
function isPage(c: Context): boolean {
  return c.req.method === "GET" && isNavigation(c) && !/^\/(api|files)(\/|$)/.test(c.req.path);
}

function target(c: Context): string {
  const url = new URL(c.req.url);
  return localPath(url.pathname + url.search);
}
