/** WebGPU on a software Vulkan driver: slow, but the same operators as on a GPU. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { locate } from "../../../pipeline/ffmpeg/locate.ts";
import type { Comparison } from "./webgpu_dream.ts";

const root = new URL("../../../", import.meta.url);
/** SwiftShader as Debian's chromium brings it; libvulkan.so.1 must be there, too. */
const driver = "/usr/lib/chromium/vk_swiftshader_icd.json";
const loaders = ["/usr/lib/x86_64-linux-gnu/libvulkan.so.1", "/usr/lib64/libvulkan.so.1"];

function isHere(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

function software(): boolean {
  if (isHere(driver) && loaders.some(isHere)) return true;
  console.log("skipped: there is no software Vulkan here (Debian's chromium and libvulkan1)");
  return false;
}

async function deno(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--allow-all", ...args],
    cwd: root,
    env: { NO_COLOR: "1", VK_ICD_FILENAMES: driver },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).output();
  const text = new TextDecoder();
  return { code, stdout: text.decode(stdout), stderr: text.decode(stderr) };
}

Deno.test("WebGPU finds the gradients of the processor, and dreams the same", async () => {
  if (!software()) return;
  const { code, stdout, stderr } = await deno("tests/models/engine/webgpu_dream.ts");
  assert.equal(code, 0, stderr);
  const comparison: Comparison = JSON.parse(stdout.trim().split("\n").at(-1)!);
  assert.equal(comparison.provider, "webgpu");
  assert.ok(comparison.lossError < 1e-4, stdout);
  assert.ok(comparison.gradientError < 1e-3, stdout);
  assert.ok(comparison.psnr > 35, stdout);
  assert.ok(comparison.change < 30, `it must have dreamed: ${stdout}`);
});

Deno.test("a video is dreamed with --provider webgpu", async () => {
  if (!software()) return;
  const folder = await Deno.makeTempDir();
  try {
    const clip = join(folder, "clip.mp4"), output = join(folder, "dream.mp4");
    const { path } = await locate("ffmpeg");
    const { success } = await new Deno.Command(path, {
      args: ["-v", "error", "-f", "lavfi", "-i", "testsrc2=s=96x80:r=10:d=0.2", "-pix_fmt", "yuv420p", clip],
      stdin: "null",
    }).output();
    assert.ok(success);
    const quick = [
      "--image-size=96",
      "--octaves=2",
      "--layers=mixed0",
      "--first-iterations=1",
      "--octave-iterations=1",
    ];
    const { code, stdout, stderr } = await deno(
      "main.ts",
      "dream",
      clip,
      output,
      "--provider=webgpu",
      "--json",
      ...quick,
    );
    assert.equal(code, 0, stderr);
    const events = stdout.trim().split("\n").map((line) => JSON.parse(line));
    assert.equal(events.find(({ event }) => event === "start").provider, "webgpu");
    assert.equal(events.find(({ event }) => event === "done").frames, 2);
    assert.ok(isHere(output));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
