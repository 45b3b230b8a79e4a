import assert from "node:assert/strict";
import { protectedApp, token } from "./app.ts";

const friend = "https://friend.example";

function preflight(origin: string): RequestInit {
  const headers = { Origin: origin, "Access-Control-Request-Method": "PATCH" };
  return {
    method: "OPTIONS",
    headers: { ...headers, "Access-Control-Request-Headers": "authorization,upload-offset" },
  };
}

Deno.test("every answer says what the page may do", async () => {
  const app = protectedApp({ token });
  const requests = ["/healthz", "/", "/api/none", "/login"].map((path) => app.request(path));
  const refused = app.request("/login", { method: "POST", headers: { Origin: "https://other.example" } });
  for (const { headers } of await Promise.all([...requests, refused])) {
    const policy = headers.get("Content-Security-Policy") ?? "";
    assert.match(policy, /default-src 'self'; script-src 'self'; style-src 'self';/);
    assert.match(policy, /frame-ancestors 'none'/);
    assert.doesNotMatch(policy, /unsafe|\*|http|ws:/);
    assert.equal(headers.get("X-Content-Type-Options"), "nosniff");
    assert.equal(headers.get("Referrer-Policy"), "same-origin");
    assert.equal(headers.get("Cross-Origin-Opener-Policy"), "same-origin");
    assert.equal(headers.get("Cross-Origin-Resource-Policy"), "same-origin");
    assert.match(headers.get("Permissions-Policy") ?? "", /camera=\(self\).*microphone=\(\)/);
    assert.equal(headers.get("Strict-Transport-Security"), null);
  }
});

Deno.test("without --cors no answer has CORS headers, whatever a route says", async () => {
  for (const path of ["/api/dreams", "/star"]) {
    for (const request of [{ headers: { Origin: friend } }, preflight(friend)]) {
      const { headers } = await protectedApp().request(path, request);
      assert.deepEqual([...headers.keys()].filter((name) => name.startsWith("access-control-")), []);
    }
  }
});

Deno.test("a preflight of an origin that --cors names is answered without the token", async () => {
  const app = protectedApp({ token, cors: [friend] });
  const { status, headers } = await app.request("/api/dreams/1", preflight(friend));
  assert.equal(status, 204);
  assert.equal(headers.get("Access-Control-Allow-Origin"), friend);
  assert.match(headers.get("Access-Control-Allow-Methods") ?? "", /PATCH/);
  assert.match(headers.get("Access-Control-Allow-Headers") ?? "", /authorization/);
  assert.equal(headers.get("Access-Control-Allow-Credentials"), null);
  assert.match(headers.get("Vary") ?? "", /Origin/);
});

Deno.test("origins that --cors names may read answers and their headers, refusals included", async () => {
  const app = protectedApp({ token, cors: [friend] });
  for (const authorization of [`Bearer ${token}`, "Bearer wrong"]) {
    const { headers } = await app.request("/star", {
      headers: { Origin: friend, Authorization: authorization },
    });
    assert.equal(headers.get("Access-Control-Allow-Origin"), friend);
    assert.equal(headers.get("Access-Control-Allow-Credentials"), null);
    const exposed = headers.get("Access-Control-Expose-Headers") ?? "";
    for (const name of ["Location", "X-Request-Id", "Reverie-Frame", "Reverie-Dream", "Upload-Offset"]) {
      assert.ok(exposed.includes(name), name);
    }
  }
});

Deno.test("other origins get no permission", async () => {
  const app = protectedApp({ cors: [friend] });
  for (const origin of ["https://other.example", "http://friend.example", "null"]) {
    for (const request of [{ headers: { Origin: origin } }, preflight(origin)]) {
      assert.equal(
        (await app.request("/star", request)).headers.get("Access-Control-Allow-Origin"),
        null,
        origin,
      );
    }
  }
});

Deno.test("OPTIONS that is no preflight reaches the route", async () => {
  const request = { method: "OPTIONS", headers: { Origin: friend } };
  assert.equal(
    await (await protectedApp({ cors: [friend] }).request("/files", request)).text(),
    "OPTIONS /files",
  );
});
