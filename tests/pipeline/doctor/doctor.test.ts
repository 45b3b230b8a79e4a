import assert from "node:assert/strict";
import { join } from "node:path";
import {
  checkFlow,
  checkMemory,
  checkParts,
  checkProvider,
  examine,
  isHealthy,
} from "../../../pipeline/doctor/doctor.ts";
import { checksText } from "../../../pipeline/terminal/doctor_text.ts";
import { withEmptyCache } from "../../environment.ts";

const everything = {
  encoders: new Set(["libx264", "aac", "libvpx-vp9"]),
  filters: new Set(["bwdif", "yadif", "zscale", "tonemap"]),
};
const without = (kind: "encoders" | "filters", ...names: string[]) => ({
  ...everything,
  [kind]: new Set([...everything[kind]].filter((name) => !names.includes(name))),
});

Deno.test("an ffmpeg that has everything takes one line", () => {
  const checks = checkParts(everything);
  assert.equal(checks.length, 1);
  assert.equal(checks[0]!.state, "ok");
});

Deno.test("no dream without libx264 and aac", () => {
  for (const name of ["libx264", "aac"]) {
    const checks = checkParts(without("encoders", name));
    assert.equal(isHealthy(checks), false);
    assert.match(checks.find(({ state }) => state === "missing")!.advice!, new RegExp(`ffmpeg with ${name}`));
  }
});

Deno.test("one can do without the filters of HDR and interlacing, and is told what for", () => {
  const checks = checkParts(without("filters", "zscale", "bwdif", "yadif"));
  assert.equal(isHealthy(checks), true);
  assert.deepEqual(checks.map(({ state }) => state), ["ok", "lack", "lack"]);
  assert.match(checks[1]!.found, /interlaced sources/);
  assert.equal(checkParts(without("filters", "bwdif")).length, 1, "yadif is enough");
});

Deno.test("only the processor is a provider that must work", () => {
  assert.equal(checkProvider("cuda", { works: true }).state, "ok");
  const cuda = checkProvider("cuda", { works: false, reason: "no library" });
  assert.equal(cuda.state, "lack");
  assert.match(cuda.found, /no library/);
  assert.equal(checkProvider("cpu", { works: false, reason: "x" }).state, "missing");
});

Deno.test("a provider's speed is told, and that a WebGPU slower than the processor is perhaps no GPU", () => {
  const at = (speed: number) => ({ works: true, speed });
  assert.equal(checkProvider("cpu", at(172e9)).found, "works, 170 GFLOPS in convolutions");
  assert.equal(checkProvider("webgpu", at(400e9), at(172e9)).state, "ok");
  const slow = checkProvider("webgpu", at(0.33e9), at(172e9));
  assert.equal(slow.state, "lack");
  assert.match(slow.found, /0\.33 GFLOPS.*slower than the processor/);
  assert.match(slow.advice!, /Vulkan driver.*--provider cpu/);
});

Deno.test("little memory comes with what to do", () => {
  assert.equal(checkMemory({ total: 8e9, available: 4e9 }).state, "ok");
  const { state, advice } = checkMemory({ total: 8e9, available: 0.5e9 });
  assert.equal(state, "lack");
  assert.match(advice!, /--preset fast/);
});

Deno.test("each piece of advice stands below what it is about", () => {
  const text = checksText([
    { name: "a", state: "ok", found: "fine" },
    { name: "longer", state: "missing", found: "gone", advice: "get it" },
  ]);
  assert.equal(text, "ok  a       fine\nNO  longer  gone\n    -> get it");
});

Deno.test("this machine, which runs the tests, is looked at as a whole", async () => {
  const checks = await examine();
  const found = new Map(checks.map((check) => [check.name, check]));
  for (
    const name of ["deno", "memory", "ffmpeg", "ffprobe", "provider cpu", "disk (cache)"]
  ) {
    assert.ok(found.has(name), name);
  }
  assert.match(found.get("deno")!.found, new RegExp(Deno.version.deno.replaceAll(".", "\\.")));
  assert.equal(found.get("provider cpu")!.state, "ok");
  for (const { name, state, advice } of checks) {
    // An NVIDIA card is not required.
    const asksForNothing = state === "ok" || name === "provider cuda" && !found.has("NVIDIA driver");
    assert.equal(advice === undefined, asksForNothing, name);
  }
});

Deno.test("the weights of RAFT are told of, and one can do without", () =>
  withEmptyCache(async (folder) => {
    const before = await checkFlow();
    assert.equal(isHealthy([before]), true);
    // The program may have been shipped with weights.
    if (before.state === "lack") assert.match(before.advice!, /models pull NAME.*raft-small \(4 MB\)/);
    await Deno.mkdir(join(folder, "networks"));
    await Deno.writeTextFile(join(folder, "networks", "raft_large_C_T_SKHT_V2-ff5fadd5.pth"), "");
    const after = await checkFlow();
    assert.equal(after.state, "ok");
    assert.match(after.found, /raft-large \(.*ff5fadd5\.pth\)/);
  }));
