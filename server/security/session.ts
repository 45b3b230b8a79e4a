/** The cookie that a browser gets in exchange for the token. */
import type { Context } from "hono";
import { deleteCookie, getSignedCookie, setSignedCookie } from "hono/cookie";
import type { CookieOptions } from "hono/utils/cookie";

const cookieName = "reverie_session";
const lifetime = 30 * 24 * 3600;

/**
 * Starts a session of 30 days. The cookie contains only its end, signed with the key (HMAC-SHA-256), and
 * nothing of the token. No script can read it and no other site can use it; once set over TLS, it is sent
 * only over TLS.
 */
export async function startSession(c: Context, key: string): Promise<void> {
  const end = Math.floor(Date.now() / 1000) + lifetime;
  await setSignedCookie(c, cookieName, String(end), key, { ...cookieOptions(c), maxAge: lifetime });
}

/** Whether a request carries a session cookie that is signed with the key and has not expired. */
export async function hasSession(c: Context, key: string): Promise<boolean> {
  const end = await getSignedCookie(c, key, cookieName);
  return typeof end === "string" && Number(end) > Date.now() / 1000;
}

/** Makes the browser forget its session. */
export function endSession(c: Context): void {
  deleteCookie(c, cookieName, cookieOptions(c));
}

function cookieOptions(c: Context): CookieOptions {
  const secure = c.req.header("Origin")?.startsWith("https:") ||
    c.req.header("X-Forwarded-Proto") === "https";
  return { httpOnly: true, sameSite: "Strict", secure: secure ?? false, path: "/" };
}
