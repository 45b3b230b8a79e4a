/** Login with the token, and logout. */
import { type Context, Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { z } from "zod";
import { ReverieError } from "../../pipeline/errors.ts";
import { describe } from "../http/openapi/describe.ts";
import type { Schema } from "../http/openapi/types.ts";
import type { AuthenticationOptions } from "./authentication.ts";
import { localPath } from "./local_path.ts";
import { isNavigation } from "./request_facts.ts";
import { endSession, startSession } from "./session.ts";
import { sessionKey } from "./session_key.ts";
import { clientOf } from "./client_address.ts";
import { TokenCheck } from "./token_check.ts";

const loginBody = z.object({ token: z.string().min(1), next: z.string().optional() });

const { $schema: _, ...schema } = z.toJSONSchema(loginBody) as Schema & { $schema?: string };

const loggingIn = {
  id: "logIn",
  tag: "server" as const,
  summary: "Gives a browser its cookie for the token",
  body: {
    required: true,
    content: { "application/json": { schema }, "application/x-www-form-urlencoded": { schema } },
  },
  replies: {
    204: { description: "logged in, as JSON asked" },
    303: {
      description: "logged in, as a form asked; goes on at `next`, or back to the form where it failed",
    },
  },
  errors: ["invalid_request", "too_large", "too_many_requests"] as const,
};

const loggingOut = {
  id: "logOut",
  tag: "server" as const,
  summary: "Takes a browser's cookie away",
  replies: { 204: { description: "logged out" }, 303: { description: "logged out, as a form asked" } },
};

/**
 * `POST /login` with the field `token`, as form or JSON, gives a browser its cookie; `next` (field or query)
 * is the path to continue at. A form is answered with 303 to that path, JSON with 204. A wrong token gets
 * 401. After five wrong tokens from one address every further attempt is held for five seconds, and a wrong one
 * gets 429; each 20 s give one attempt back. Browsers that show the response as a page are redirected to
 * `/login?error=wrong` or `/login?error=wait` instead. `POST /logout` removes the cookie.
 *
 * The page itself, `GET /login`, is a static file.
 */
export function loginRoutes(options: AuthenticationOptions): Hono {
  const { token, data, proxies } = options;
  const secrets = token === undefined ? undefined : {
    key: sessionKey(token, data),
    check: new TokenCheck({ ...options, token, burst: 5, seconds: 20 }),
  };
  const limit = bodyLimit({ maxSize: 4096, onError: tooLarge });
  return new Hono()
    .post("/login", describe(loggingIn), limit, async (c) => {
      const body = await readBody(c);
      const next = body.next ?? c.req.query("next");
      if (secrets) {
        const refused = await secrets.check.refusal(clientOf(c, proxies), body.token);
        if (refused !== undefined) return answerRefusal(c, refused, next);
        await startSession(c, secrets.key);
      }
      return answer(c, localPath(next));
    })
    .post("/logout", describe(loggingOut), (c) => {
      endSession(c);
      return answer(c, "/login");
    });
}

async function readBody(c: Context): Promise<z.infer<typeof loginBody>> {
  const raw: unknown = isJson(c)
    ? await c.req.json().catch(() => undefined)
    : await c.req.parseBody().catch(() => ({}));
  const { success, data } = loginBody.safeParse(raw);
  if (success) return data;
  throw new ReverieError("invalid_request", "send the server's token as the field `token`", {
    field: "token",
  });
}

/** Redirects a person to the form; a program gets the error. */
function answerRefusal(c: Context, error: ReverieError, next: string | undefined): Response {
  if (isJson(c) || !isNavigation(c)) throw error;
  const query = new URLSearchParams({ error: error.code === "unauthorized" ? "wrong" : "wait" });
  if (next !== undefined) query.set("next", localPath(next));
  return c.redirect(`/login?${query}`, 303);
}

function answer(c: Context, path: string): Response {
  return isForm(c) ? c.redirect(path, 303) : c.body(null, 204);
}

function isJson(c: Context): boolean {
  return /^application\/json\b/i.test(c.req.header("Content-Type") ?? "");
}

function isForm(c: Context): boolean {
  return /^(application\/x-www-form-urlencoded|multipart\/form-data)\b/i.test(
    c.req.header("Content-Type") ?? "",
  );
}

function tooLarge(): never {
  throw new ReverieError("too_large", "a login takes at most 4096 bytes");
}
