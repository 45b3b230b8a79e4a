import assert from "node:assert/strict";
import { protectedApp, rawRequest, token, upgrade, whileServing } from "./app.ts";

const guarded = { token };
const page = { headers: { Accept: "text/html,application/xhtml+xml" } };

Deno.test("without a token configured everybody is let in", async () => {
  assert.equal((await protectedApp().request("/api/dreams")).status, 200);
});

Deno.test("requests without the token are answered with 401 as JSON", async () => {
  for (const method of ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]) {
    const response = await protectedApp(guarded).request("/api/dreams", { method });
    assert.equal(response.status, 401, method);
    assert.match(response.headers.get("WWW-Authenticate") ?? "", /^Bearer realm=/);
    if (method !== "HEAD") assert.equal((await response.json()).error.code, "unauthorized");
  }
});

Deno.test("the token opens in the header Authorization, for every method", async () => {
  for (const scheme of ["Bearer", "bearer"]) {
    for (const method of ["GET", "PUT", "DELETE"]) {
      const headers = { Authorization: `${scheme} ${token}` };
      assert.equal((await protectedApp(guarded).request("/api/dreams", { method, headers })).status, 200);
    }
  }
});

Deno.test("wrong tokens, and what only resembles the token, do not open", async () => {
  const app = protectedApp(guarded);
  const wrong = ["", "x", token.slice(0, -1), `${token}x`, token.toUpperCase(), `${token} x`];
  for (const value of [...wrong.map((each) => `Bearer ${each}`), `Basic ${btoa(`:${token}`)}`, token]) {
    const response = await app.request("/api/dreams", { headers: { Authorization: value } });
    assert.equal(response.status, 401, value);
  }
});

Deno.test("an empty token opens nothing, even where the server's is empty by mistake", async () => {
  const app = protectedApp({ token: "" });
  for (const path of ["/api/dreams", "/api/dreams?token=", "/api/dreams?token"]) {
    assert.equal((await app.request(path)).status, 401, path);
  }
});

Deno.test("the token in the query opens for GET and HEAD only", async () => {
  const path = `/api/dreams?token=${token}`;
  const statuses = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"].map(async (method) => {
    return [method, (await protectedApp(guarded).request(path, { method })).status];
  });
  assert.deepEqual(Object.fromEntries(await Promise.all(statuses)), {
    GET: 200,
    HEAD: 200,
    POST: 401,
    PUT: 401,
    PATCH: 401,
    DELETE: 401,
  });
  assert.equal((await protectedApp(guarded).request("/api/dreams?token=wrong")).status, 401);
});

Deno.test("only the health, the login and what its page needs are open", async () => {
  const app = protectedApp(guarded);
  for (
    const path of ["/healthz", "/login", "/app/login.js", "/style/tokens.css", "/style/mark.svg"]
  ) {
    assert.equal((await app.request(path)).status, 200, path);
  }
  const closed = [
    "/",
    "/index.html",
    "/app/main.js",
    "/metrics",
    "/openapi.json",
    "/files",
    "/healthz/",
    "/LOGIN",
  ];
  closed.push(
    "/login/x",
    "/style/..%2fapi/dreams",
    "/style/%2e%2e/api/dreams",
    "/style/",
    "/healthz%2f",
    "/login%00",
  );
  for (const path of closed) assert.equal((await app.request(path)).status, 401, path);
  assert.equal((await app.request("/healthz", { method: "POST" })).status, 401);
  assert.equal((await app.request("/style/tokens.css", { method: "DELETE" })).status, 401);
});

Deno.test("a browser that opens a page without token is led to the login, and told where to go on", async () => {
  const app = protectedApp(guarded);
  const front = await app.request("/", page);
  assert.deepEqual([front.status, front.headers.get("Location")], [303, "/login"]);
  const other = await app.request("/metrics?a=1", page);
  assert.deepEqual([other.status, other.headers.get("Location")], [303, "/login?next=%2Fmetrics%3Fa%3D1"]);
  assert.equal((await app.request("/api/dreams", page)).status, 401);
  const script = { headers: { ...page.headers, "Sec-Fetch-Mode": "cors" } };
  assert.equal((await app.request("/", script)).status, 401);
});

Deno.test("a wrong token in a page's address does not travel on to the login", async () => {
  const response = await protectedApp(guarded).request("/page?a=1&token=secret-of-another-server", page);
  assert.equal(response.headers.get("Location"), "/login?next=%2Fpage%3Fa%3D1");
});

Deno.test("a page opened with the token gets a session and an address without it", async () => {
  const app = protectedApp(guarded);
  const response = await app.request(`/?token=${token}&a=1`, page);
  assert.deepEqual([response.status, response.headers.get("Location")], [303, "/?a=1"]);
  const cookie = response.headers.get("Set-Cookie")?.split(";")[0] ?? "";
  assert.equal((await app.request("/api/dreams", { headers: { Cookie: cookie } })).status, 200);
  const again = await app.request(`/?token=${token}`, { headers: { ...page.headers, Cookie: cookie } });
  assert.deepEqual([again.status, again.headers.get("Location")], [303, "/"]);
  const elsewhere = await app.request(`http://localhost//other.example/?token=${token}`, page);
  assert.equal(elsewhere.headers.get("Location"), "/");
});

Deno.test("endless guessing from one address is slowed down", async () => {
  const app = protectedApp(guarded);
  let guesses = 0, response;
  do {
    const headers = { Authorization: `Bearer guess-${guesses++}` };
    response = await app.request("/api/dreams", { headers });
  } while (response.status === 401 && guesses < 1000);
  assert.equal(response.status, 429);
  assert.equal(response.headers.get("Retry-After"), "1");
  assert.ok(guesses > 500 && guesses < 1000, `stopped after ${guesses}`);
});

Deno.test("a socket opens with the token in query or header, and not without", async () => {
  await whileServing(protectedApp(guarded), async (address) => {
    const status = async (path: string, ...headers: string[]) => {
      return (await rawRequest(address, upgrade(address, path, ...headers))).status;
    };
    assert.equal(await status("/socket"), 401);
    assert.equal(await status("/socket?token=wrong"), 401);
    assert.equal(await status(`/socket?token=${token}`), 101);
    assert.equal(await status("/socket", `Authorization: Bearer ${token}`), 101);
    assert.equal(await status("/socket", "Accept: text/html"), 401);
  });
});
