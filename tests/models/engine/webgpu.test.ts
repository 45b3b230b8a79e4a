/** WebGPU on a software Vulkan driver: slow, but with the same operators as on a GPU. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { psnr } from "../../../pipeline/evaluate/similarity.ts";
import { locate } from "../../../pipeline/ffmpeg/locate.ts";
import { draw, inFolder } from "../../pipeline/clips.ts";
import { runDeno } from "../../run_deno.ts";
import { assertSameDream, assertSameFlow, lastLine, resultOf } from "./same_results.ts";
import { need, testWith } from "../../needs.ts";

const root = new URL("../../../", import.meta.url);
const sample = new URL("static/sample.mp4", root).pathname;
/** SwiftShader as shipped with Debian's chromium; libvulkan.so.1 must be present, too. */
const driver = "/usr/lib/chromium/vk_swiftshader_icd.json";
const environment = { VK_ICD_FILENAMES: driver };
const loaders = ["/usr/lib/x86_64-linux-gnu/libvulkan.so.1", "/usr/lib64/libvulkan.so.1"];

function isHere(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

const vulkan = need(
  isHere(driver) && loaders.some(isHere),
  "there is no software Vulkan here: Debian's chromium and libvulkan1",
);

/** A picture's red, green and blue, as bytes. */
async function pixelsOf(picture: string): Promise<Uint8Array> {
  const { path } = await locate("ffmpeg");
  const args = ["-v", "error", "-i", picture, "-f", "rawvideo", "-pix_fmt", "rgb24", "-"];
  const { success, stdout } = await new Deno.Command(path, { args, stdin: "null" }).output();
  assert.ok(success, `${picture} cannot be read`);
  return stdout;
}

/** Peak signal-to-noise ratio of two 8-bit pictures, in dB. */
function likeness(a: Uint8Array, b: Uint8Array): number {
  assert.equal(a.length, b.length);
  const sum = a.reduce((total, value, index) => total + ((value - b[index]!) / 255) ** 2, 0);
  return psnr(sum / a.length);
}

testWith(
  vulkan,
  "WebGPU finds the gradients of the processor, and dreams the same",
  () => assertSameDream("webgpu", environment),
);

testWith(vulkan, "a program may end while its engine on WebGPU does", async () => {
  const program = `
    import { Engine } from "${new URL("models/engine/engine.ts", root)}";
    const engine = await Engine.start({ providers: ["webgpu"] });
    engine.close();
    console.log(JSON.stringify(engine.provider));
    Deno.exit();`;
  await inFolder(async (folder) => {
    const path = join(folder, "program.ts");
    await Deno.writeTextFile(path, program);
    // When it crashes, it does so in two runs out of three.
    for (let runs = 0; runs < 3; runs++) {
      const args = ["run", "--quiet", "--no-check", "--allow-all", "--config", "deno.json", path];
      assert.equal(lastLine(await runDeno(args, environment)), "webgpu");
    }
  });
});

testWith(vulkan, "RAFT finds the processor's flow on WebGPU", () => assertSameFlow("webgpu", environment));

testWith(vulkan, "a video dreamed with --provider webgpu looks as with the processor", async () => {
  await inFolder(async (folder) => {
    const filters = ["-vf", "crop=270:270,scale=76:76"];
    const clip = await draw("-i", sample, "-frames:v", "2", ...filters, join(folder, "clip.mp4"));
    const dreamed = async (provider: string) => {
      const dump = join(folder, provider);
      const settings = ["--image-size=76", "--octaves=1", "--layers=mixed0", "--flow=dis"];
      const steps = ["--first-iterations=3", "--octave-iterations=2"];
      const files = [clip, join(folder, `${provider}.mp4`), `--dump=${dump}`];
      const done = await resultOf<{ frames: number }>(
        "main.ts",
        ["dream", ...files, ...settings, ...steps, `--provider=${provider}`, "--json"],
        environment,
      );
      assert.equal(done.frames, 2);
      const stages = ["blended", "dream"];
      return await Promise.all(stages.map((stage) => pixelsOf(join(dump, stage, "000001.png"))));
    };
    const [before, found] = await dreamed("webgpu"), [, expected] = await dreamed("cpu");
    assert.ok(likeness(found!, expected!) > 35, `${likeness(found!, expected!)} dB`);
    assert.ok(likeness(found!, before!) < 35, `it must have dreamed: ${likeness(found!, before!)} dB`);
  });
});
