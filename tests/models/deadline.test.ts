import assert from "node:assert/strict";
import { deadline, settledWithin } from "../../models/deadline.ts";

const never = () => new Promise<never>(() => {});

Deno.test("deadline() gives what the promise comes to, and leaves no timer", async () => {
  const { signal } = new AbortController();
  assert.equal(await deadline(Promise.resolve(7), { timeoutMs: 60_000, signal }), 7);
  await assert.rejects(deadline(Promise.reject(new Error("broken")), { timeoutMs: 60_000 }), /broken/);
});

Deno.test("deadline() rejects with a TimeoutError once the time is over", async () => {
  await assert.rejects(deadline(never(), { timeoutMs: 10 }), { name: "TimeoutError" });
});

Deno.test("deadline() rejects with the signal's reason, also where it was aborted before", async () => {
  const controller = new AbortController();
  const waiting = deadline(never(), { timeoutMs: 60_000, signal: controller.signal });
  controller.abort(new Error("enough"));
  await assert.rejects(waiting, /enough/);
  await assert.rejects(deadline(Promise.resolve(7), { signal: controller.signal }), /enough/);
  await assert.rejects(deadline(Promise.reject(new Error("x")), { signal: controller.signal }), /enough/);
});

Deno.test("settledWithin() gives undefined once the time is over, and throws what the promise does", async () => {
  assert.equal(await settledWithin(Promise.resolve(7), 60_000), 7);
  assert.equal(await settledWithin(never(), 10), undefined);
  await assert.rejects(settledWithin(Promise.reject(new Error("broken")), 60_000), /broken/);
});
