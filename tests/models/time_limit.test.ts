import assert from "node:assert/strict";
import { endsWithin } from "../../models/time_limit.ts";

/** Work that continues until it is stopped. */
const endless = (signal: AbortSignal) =>
  new Promise<void>((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));

Deno.test("work that ends in time says so, and leaves no timer", async () => {
  assert.equal(await endsWithin({}, () => Promise.resolve()), true);
  assert.equal(await endsWithin({ seconds: 60 }, () => Promise.resolve()), true);
});

Deno.test("work that takes too long is ended", async () => {
  assert.equal(await endsWithin({ seconds: 0.01 }, endless), false);
});

Deno.test("work that is stopped rejects with the reason, whatever it makes of it; what fails is not late", async () => {
  const reason = new Error("stopped");
  const stop = new AbortController();
  const running = endsWithin({ seconds: 60, signal: stop.signal }, endless);
  stop.abort(reason);
  await assert.rejects(running, (error) => error === reason);
  const other = () => Promise.reject(new Error("closed"));
  await assert.rejects(endsWithin({ signal: stop.signal }, other), (error) => error === reason);
  await assert.rejects(endsWithin({ seconds: 60 }, other), /closed/);
});
