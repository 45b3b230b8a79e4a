/** Requests that must be refused. */
import assert from "node:assert/strict";
import { sample, type TestServer } from "../helpers.ts";

/** The sample clip. */
export const clip = await Deno.readFile(sample);

/** Asserts that a request is refused as expected, with a JSON body. */
export async function refused(
  { ask }: TestServer,
  [path, init]: [path: string, init?: RequestInit],
  [status, code, field]: [status: number, code: string, field?: string],
): Promise<void> {
  const response = await ask(path, init);
  const label = `${init?.method ?? "GET"} ${path}`;
  const text = await response.text();
  assert.equal(response.status, status, `${label}: ${text}`);
  assert.match(response.headers.get("Content-Type")!, /^application\/json/);
  const { error } = JSON.parse(text);
  assert.equal(error.code, code, label);
  assert.ok(error.message.length > 10 && !error.message.includes("\n"), error.message);
  assert.equal(error.field, field, label);
  assert.match(response.headers.get("X-Request-Id")!, /^[\w-]{36}$/);
  // A response never reveals a path on the server.
  assert.doesNotMatch(text, /\/(tmp|home|root|var)\//, label);
}

/** An upload request, by default with the sample clip. */
export const put = (body: BodyInit = clip, headers = {}): RequestInit => ({ method: "PUT", body, headers });
/** A request with a JSON body. */
export const jsonBody = (method: string, value: unknown): RequestInit => ({
  method,
  body: JSON.stringify(value),
});
