import assert from "node:assert/strict";
import type { ReverieError } from "../../../pipeline/errors.ts";
import { readJson } from "../../../server/http/read_json.ts";

function request(body: BodyInit | null): Request {
  return new Request("http://localhost/", { method: "POST", body });
}

async function refusal(body: BodyInit): Promise<string> {
  return await readJson(request(body)).then(() => "none", (error: ReverieError) => error.code);
}

Deno.test("readJson() reads an object, in pieces, too", async () => {
  const pieces = new TextEncoder().encode('{"name": "ü"}');
  const body = ReadableStream.from([pieces.slice(0, 11), pieces.slice(11)]);
  assert.deepEqual(await readJson(request(body)), { name: "ü" });
});

Deno.test("readJson() takes no body for no settings", async () => {
  assert.deepEqual(await readJson(request(null)), {});
  assert.deepEqual(await readJson(request("")), {});
});

Deno.test("readJson() refuses what is no JSON object", async () => {
  for (const body of ["{", "[]", "null", "3", '"text"', "blend=0.3"]) {
    assert.equal(await refusal(body), "invalid_request", body);
  }
});

Deno.test("readJson() stops reading at 64 KiB", async () => {
  let pieces = 0;
  const endless = new ReadableStream<Uint8Array>({
    pull: (controller) => void (pieces++, controller.enqueue(new Uint8Array(1024).fill(32))),
  });
  assert.equal(await refusal(endless), "too_large");
  assert.ok(pieces < 80);
});
