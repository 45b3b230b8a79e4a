/** What every provider has to give: the processor's gradients, dreams and flow. */
import assert from "node:assert/strict";
import type { DreamComparison } from "./compare_dream.ts";
import type { FlowComparison } from "./compare_flow.ts";

const root = new URL("../../../", import.meta.url);

/** Runs a program of the repository and returns the last line that it printed, as JSON. */
export async function resultOf<T>(args: readonly string[], env: Record<string, string> = {}): Promise<T> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--allow-all", ...args],
    cwd: root,
    env: { NO_COLOR: "1", ...env },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).output();
  const [said, complained] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  assert.equal(code, 0, complained!);
  return JSON.parse(said!.trim().split("\n").at(-1)!);
}

/** Gradients within 1e-3, and above 35 dB between dreams of ten steps. */
export async function assertSameDream(provider: string, env: Record<string, string>): Promise<void> {
  const comparison = await resultOf<DreamComparison>(["tests/models/engine/compare_dream.ts", provider], env);
  const text = JSON.stringify(comparison);
  assert.equal(comparison.provider, provider);
  assert.ok(comparison.lossError < 1e-4, text);
  assert.ok(comparison.gradientError < 1e-3, text);
  assert.ok(comparison.psnr > 35, text);
  assert.ok(comparison.change < 30, `it must have dreamed: ${text}`);
}

/** RAFT's flow within a thousandth of a pixel. */
export async function assertSameFlow(provider: string, env: Record<string, string>): Promise<void> {
  const comparison = await resultOf<FlowComparison>(["tests/models/engine/compare_flow.ts", provider], env);
  const text = JSON.stringify(comparison);
  assert.equal(comparison.provider, provider);
  assert.ok(comparison.difference < 1e-3, text);
  assert.ok(comparison.largest > 0.5, `it must have moved: ${text}`);
}
