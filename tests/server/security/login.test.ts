import assert from "node:assert/strict";
import { generateSignedCookie } from "hono/cookie";
import { TokenCheck } from "../../../server/security/token_check.ts";
import { protectedApp, token } from "./app.ts";

const guarded = { token };

function form(fields: Record<string, string>, headers: Record<string, string> = {}): RequestInit {
  return { method: "POST", body: new URLSearchParams(fields), headers };
}

function json(body: unknown): RequestInit {
  return { method: "POST", body: JSON.stringify(body), headers: { "Content-Type": "application/json" } };
}

async function logIn(app: ReturnType<typeof protectedApp>, secret = token): Promise<string> {
  const response = await app.request("/login", json({ token: secret }));
  return response.headers.get("Set-Cookie")?.split(";")[0] ?? "";
}

Deno.test("a login by JSON is answered with 204 and a cookie that opens", async () => {
  const app = protectedApp(guarded);
  const response = await app.request("/login", json({ token }));
  assert.equal(response.status, 204);
  const cookie = response.headers.get("Set-Cookie") ?? "";
  assert.match(cookie, /; Path=\//);
  assert.match(cookie, /; HttpOnly/);
  assert.match(cookie, /; SameSite=Strict/);
  assert.match(cookie, /; Max-Age=\d+/);
  assert.ok(!cookie.includes(token), "the cookie holds the token");
  for (const method of ["GET", "POST", "DELETE"]) {
    const headers = { Cookie: cookie.split(";")[0] ?? "" };
    assert.equal((await app.request("/api/dreams", { method, headers })).status, 200);
  }
});

Deno.test("a login by form goes on at a path of this server", async () => {
  const targets = [
    ["/?a=1#/dream/7", "/?a=1#/dream/7"],
    ["/metrics", "/metrics"],
    ["https://other.example/", "/"],
    ["//other.example/", "/"],
    ["/\\other.example/", "/"],
    ["/\t/other.example/", "/"],
    ["/.//other.example/", "/other.example/"],
    ["/x/..//other.example/", "/other.example/"],
    ["javascript:alert(1)", "/"],
    ["", "/"],
  ] as const;
  for (const [next, expected] of targets) {
    const response = await protectedApp(guarded).request("/login", form({ token, next }));
    assert.deepEqual([response.status, response.headers.get("Location")], [303, expected], next);
  }
  const inQuery = await protectedApp(guarded).request("/login?next=/metrics", form({ token }));
  assert.equal(inQuery.headers.get("Location"), "/metrics");
});

Deno.test("a wrong token gives no cookie and 401", async () => {
  for (const request of [json({ token: "wrong" }), form({ token: "wrong" })]) {
    const response = await protectedApp(guarded).request("/login", request);
    assert.equal(response.status, 401);
    assert.equal(response.headers.get("Set-Cookie"), null);
    assert.equal((await response.json()).error.code, "unauthorized");
  }
});

Deno.test("a person with a wrong token gets the form again", async () => {
  const app = protectedApp(guarded);
  const asked = form({ token: "wrong", next: "/metrics" }, { Accept: "text/html" });
  const locations = [];
  for (let time = 0; time < 6; time++) {
    const response = await app.request("/login", asked);
    assert.equal(response.status, 303);
    locations.push(response.headers.get("Location"));
  }
  assert.deepEqual([...new Set(locations)], [
    "/login?error=wrong&next=%2Fmetrics",
    "/login?error=wait&next=%2Fmetrics",
  ]);
});

Deno.test("after five wrong tokens an address gets 429, but the right token is never locked out", async () => {
  const app = protectedApp(guarded);
  for (let time = 0; time < 5; time++) {
    assert.equal((await app.request("/login", json({ token: "wrong" }))).status, 401);
  }
  const response = await app.request("/login", json({ token: "wrong" }));
  assert.equal(response.status, 429);
  assert.match(response.headers.get("Retry-After") ?? "", /^(1\d|20)$/);
  const elsewhere = { remoteAddr: { hostname: "192.0.2.7", port: 1, transport: "tcp" } };
  assert.equal((await app.request("/login", json({ token: "wrong" }), elsewhere)).status, 401);
  assert.equal((await app.request("/login", json({ token }))).status, 204);
});

Deno.test("attempts above the limit are held before they are looked at, also with the right token", async () => {
  const check = new TokenCheck({ token, burst: 1, seconds: 1, holdMs: 60 });
  await check.refusal("a", "wrong");
  const started = performance.now();
  assert.equal(await check.refusal("a", token), undefined);
  assert.ok(performance.now() - started >= 59);
});

Deno.test("behind a proxy, wrong tokens count for the client that it names, not for all of them", async () => {
  const app = protectedApp({ ...guarded, proxies: ["10.0.0.2"] });
  const from = async (hostname: string, forwarded: string, given = "wrong") => {
    const remoteAddr = { hostname, port: 1, transport: "tcp" };
    const { headers, ...init } = json({ token: given });
    const all = { ...headers, "X-Forwarded-For": forwarded };
    return (await app.request("/login", { ...init, headers: all }, { remoteAddr })).status;
  };
  const statuses = [];
  // What the client itself writes in front of its address does not help.
  for (let time = 0; time < 6; time++) statuses.push(await from("10.0.0.2", `192.0.2.${time}, 192.0.2.99`));
  assert.deepEqual(statuses, [401, 401, 401, 401, 401, 429]);
  assert.equal(await from("10.0.0.2", "192.0.2.98"), 401);
  assert.equal(await from("10.0.0.2", "nonsense, 192.0.2.97, 10.0.0.2"), 401);
  // Others are not believed.
  const direct = [];
  for (let time = 0; time < 6; time++) direct.push(await from("10.0.0.3", `192.0.3.${time}`));
  assert.equal(direct.at(-1), 429);
});

Deno.test("wrong tokens sent at the same time are counted, too", async () => {
  const app = protectedApp(guarded);
  const answers = await Promise.all(
    Array.from({ length: 20 }, () => app.request("/login", json({ token: "wrong" }))),
  );
  assert.equal(answers.filter(({ status }) => status === 401).length, 5);
});

Deno.test("a login in between gives all tries back", async () => {
  const app = protectedApp(guarded);
  for (let round = 0; round < 3; round++) {
    for (let time = 0; time < 4; time++) await app.request("/login", json({ token: "wrong" }));
    assert.equal((await app.request("/login", json({ token }))).status, 204);
  }
});

Deno.test("cookies that were changed, or made with another token, do not open", async () => {
  const app = protectedApp(guarded);
  const cookie = await logIn(app);
  const status = async (each: string) => (await app.request("/api/x", { headers: { Cookie: each } })).status;
  assert.equal(await status(cookie), 200);
  assert.equal(await status(cookie.replace(/=\d/, "=9")), 401);
  assert.equal(await status(cookie.slice(0, -8)), 401);
  assert.equal(await status(`reverie_session=${token}`), 401);
  assert.equal(await status(await logIn(protectedApp({ token: "another" }), "another")), 401);
  assert.equal(await status(await signed("4000000000", token)), 401, "made of the token alone");
});

Deno.test("a login outlives a restart, but not its 30 days, the token or the server's key", async () => {
  const data = await Deno.makeTempDir();
  try {
    const cookie = await logIn(protectedApp({ token, data }));
    const status = async (each: string, secret = token) => {
      return (await protectedApp({ token: secret, data }).request("/api/x", { headers: { Cookie: each } }))
        .status;
    };
    assert.equal(await status(cookie), 200);
    assert.equal(await status(cookie, "another"), 401);
    assert.equal((await Deno.stat(`${data}/session-key`)).mode! & 0o777, 0o600);
    const key = `${await Deno.readTextFile(`${data}/session-key`)} ${token}`;
    assert.equal(await status(await signed("4000000000", key)), 200);
    assert.equal(await status(await signed("1000000000", key)), 401);
    await Deno.remove(`${data}/session-key`);
    assert.equal(await status(cookie), 401);
  } finally {
    await Deno.remove(data, { recursive: true });
  }
});

/** A hand-made session cookie. */
async function signed(end: string, secret: string): Promise<string> {
  return `reverie_session=${(await generateSignedCookie("x", end, secret)).split(/[=;]/)[1]}`;
}

Deno.test("over TLS the cookie never travels without", async () => {
  const app = protectedApp(guarded);
  const plain = await app.request("/login", form({ token }, { Origin: "http://localhost" }));
  assert.doesNotMatch(plain.headers.get("Set-Cookie") ?? "", /Secure/);
  const secure = await app.request("/login", form({ token }, { Origin: "https://localhost" }));
  assert.match(secure.headers.get("Set-Cookie") ?? "", /; Secure/);
});

Deno.test("a logout takes the cookie away", async () => {
  const app = protectedApp(guarded);
  const script = await app.request("/logout", { method: "POST" });
  assert.equal(script.status, 204);
  assert.match(script.headers.get("Set-Cookie") ?? "", /^reverie_session=; Max-Age=0; Path=\/; HttpOnly/);
  const person = await app.request("/logout", form({}));
  assert.deepEqual([person.status, person.headers.get("Location")], [303, "/login"]);
});

Deno.test("other sites cannot log anybody in or out", async () => {
  for (const path of ["/login", "/logout"]) {
    const request = form({ token }, { Origin: "https://other.example" });
    assert.equal((await protectedApp(guarded).request(path, request)).status, 403);
  }
});

Deno.test("a login that is no login is refused by name", async () => {
  const app = protectedApp(guarded);
  const bodies: [RequestInit, number][] = [
    [json({}), 400],
    [json({ token: 7 }), 400],
    [json({ token: "" }), 400],
    [json(null), 400],
    [json({ token: "x".repeat(5000) }), 413],
    [{ ...json(0), body: "{" }, 400],
    [form({ tokens: token }), 400],
    [form({ token: "x".repeat(5000) }), 413],
    [{ method: "POST" }, 400],
    [{ method: "POST", body: "--", headers: { "Content-Type": "multipart/form-data" } }, 400],
  ];
  for (const [request, status] of bodies) {
    const response = await app.request("/login", request);
    assert.equal(response.status, status, String(request.body).slice(0, 40));
    assert.equal(typeof (await response.json()).error.message, "string");
  }
});

Deno.test("an endless login is cut off", async () => {
  const body = new ReadableStream<Uint8Array>({
    pull: (controller) => controller.enqueue(new Uint8Array(1024).fill(97)),
  });
  const headers = { "Content-Type": "application/json" };
  const response = await protectedApp(guarded).request("/login", { method: "POST", body, headers });
  assert.equal(response.status, 413);
});

Deno.test("where no token is needed a login does no harm", async () => {
  const response = await protectedApp().request("/login", form({ token: "anything" }));
  assert.deepEqual([response.status, response.headers.get("Set-Cookie")], [303, null]);
});
