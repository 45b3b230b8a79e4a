import assert from "node:assert/strict";
import { Hono } from "hono";
import { pino } from "pino";
import type { Env } from "../../../server/http/env.ts";
import { errorResponse } from "../../../server/http/error_response.ts";
import { requestLog } from "../../../server/http/request_log.ts";

/** The log lines of one request, and its response. */
async function logged(path: string, init: RequestInit = {}) {
  const lines: string[] = [];
  const log = pino({ base: null }, { write: (line: string) => void lines.push(line) });
  const app = new Hono<Env>().onError(errorResponse).use(requestLog(log))
    .get("/fails", () => {
      throw new TypeError("a defect");
    })
    .get("/raw", () => new Response("raw"));
  const response = await app.request(path, init);
  return { response, text: lines.join(""), lines: lines.map((line) => JSON.parse(line)) };
}

Deno.test("requestLog() writes one line that tells how a request was answered", async () => {
  const { lines: [line, ...rest], response } = await logged("/raw?preset=art");
  assert.equal(rest.length, 0);
  assert.equal(line.method, "GET");
  assert.equal(line.path, "/raw");
  assert.equal(line.query, "preset=art");
  assert.equal(line.status, 200);
  assert.ok(line.milliseconds >= 0);
  assert.equal(response.headers.get("X-Request-Id"), line.request);
});

Deno.test("requestLog() never writes a token, however its name is spelled", async () => {
  const headers = { Authorization: "Bearer secret", Cookie: "reverie=secret" };
  for (
    const path of ["/raw?token=secret", "/raw?a=1&%74oken=secret", "/raw?TOKEN=secret", "/none?token=secret"]
  ) {
    assert.doesNotMatch((await logged(path, { headers })).text, /secret/);
  }
});

Deno.test("requestLog() keeps a client's decent request id and no other", async () => {
  const id = async (given: string) => {
    const { response, lines } = await logged("/raw", { headers: { "X-Request-Id": given } });
    assert.equal(response.headers.get("X-Request-Id"), lines[0].request);
    return lines[0].request;
  };
  assert.equal(await id("trace-0123456789"), "trace-0123456789");
  assert.notEqual(await id('x"y{}'), 'x"y{}');
  assert.notEqual(await id("a".repeat(500)), "a".repeat(500));
});

Deno.test("errorResponse() logs a defect with its stack and tells the client nothing of it", async () => {
  const { response, lines } = await logged("/fails");
  assert.equal(response.status, 500);
  const body = await response.text();
  assert.equal(JSON.parse(body).error.code, "internal");
  assert.doesNotMatch(body, /defect|TypeError/);
  assert.match(lines[0].err.stack, /TypeError: a defect/);
  assert.equal(lines[0].request, response.headers.get("X-Request-Id"));
});
