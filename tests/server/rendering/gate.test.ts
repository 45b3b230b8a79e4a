import assert from "node:assert/strict";
import { Gate } from "../../../server/rendering/gate.ts";

const never = new AbortController().signal;
const soon = () => new Promise((resolve) => setTimeout(resolve));

Deno.test("hold() is settled at once where nothing is rendered", async () => {
  await new Gate(() => {}).hold(never);
});

Deno.test("hold() waits until the rendering comes to the gate, which then waits for release()", async () => {
  const steps: string[] = [];
  const gate = new Gate((resting) => steps.push(resting ? "rests" : "goes on"));
  await gate.pass(never);
  const holding = gate.hold(never).then(() => steps.push("held"));
  await soon();
  assert.equal(steps.length, 0);
  const passing = gate.pass(never).then(() => steps.push("next frame"));
  await holding;
  await soon();
  assert.deepEqual(steps, ["rests", "held"]);
  gate.release();
  await passing;
  assert.deepEqual(steps, ["rests", "held", "goes on", "next frame"]);
});

Deno.test("hold() is settled when the rendering ends instead", async () => {
  const gate = new Gate(() => {});
  await gate.pass(never);
  const holding = gate.hold(never);
  gate.leave();
  await holding;
});

Deno.test("an aborted rendering does not rest, and an aborted hold() is rejected", async () => {
  const gate = new Gate(() => {});
  await gate.pass(never);
  const stopping = new AbortController();
  const holding = gate.hold(stopping.signal);
  stopping.abort(new Error("gone"));
  await assert.rejects(holding, /gone/);
  await gate.pass(stopping.signal);
});
