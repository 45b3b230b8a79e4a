/** The results that every provider must reproduce: the processor's gradients, dreams and flow. */
import assert from "node:assert/strict";
import { type Outcome, runScript } from "../../run_deno.ts";
import type { DreamComparison } from "./compare_dream.ts";
import type { FlowComparison } from "./compare_flow.ts";

/** Runs a script of the repository and returns the last line of its output, as JSON. */
export async function resultOf<T>(
  script: string,
  args: readonly string[],
  env: Record<string, string>,
): Promise<T> {
  return lastLine<T>(await runScript(script, args, env));
}

/** The last line of a program's output, as JSON; the program must have succeeded. */
export function lastLine<T>({ code, stdout, stderr }: Outcome): T {
  assert.equal(code, 0, stderr);
  return JSON.parse(stdout.trim().split("\n").at(-1)!);
}

/** Gradients within 1e-3, and above 35 dB between dreams of ten steps. */
export async function assertSameDream(provider: string, env: Record<string, string>): Promise<void> {
  const comparison = await resultOf<DreamComparison>("tests/models/engine/compare_dream.ts", [provider], env);
  const text = JSON.stringify(comparison);
  assert.equal(comparison.provider, provider);
  assert.ok(comparison.lossError < 1e-4, text);
  assert.ok(comparison.gradientError < 1e-3, text);
  assert.ok(comparison.psnr > 35, text);
  assert.ok(comparison.change < 30, `it must have dreamed: ${text}`);
}

/** RAFT's flow within a thousandth of a pixel. */
export async function assertSameFlow(provider: string, env: Record<string, string>): Promise<void> {
  const comparison = await resultOf<FlowComparison>("tests/models/engine/compare_flow.ts", [provider], env);
  const text = JSON.stringify(comparison);
  assert.equal(comparison.provider, provider);
  assert.ok(comparison.difference < 1e-3, text);
  assert.ok(comparison.largest > 0.5, `it must have moved: ${text}`);
}
