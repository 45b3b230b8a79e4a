import assert from "node:assert/strict";
import { readRaftWeights } from "../../../models/flow/raft_weights.ts";
import { findPython, programPath, run, scriptPath, start } from "./python.ts";
import { testWith } from "../../needs.ts";

const needed = await findPython();
const python = needed.path;

/** Six steps of two sizes, on the smallest scenes that RAFT accepts. */
const course = ["--steps", "6", "--stages", "0.5:64x64x2:0.5 1:64x80x2:1", "--updates", "2"];
const everyStep = "--log-every 1 --save-minutes 0 --minutes 0.5 --threads 1 --device cpu".split(" ");

interface Told {
  step: number;
  weights: string;
  average: string;
  first: number[];
}

/** Trains until the log mentions `step`, then sends `signal`; returns the exit code. */
async function interruptAt(
  step: number,
  signal: Deno.Signal,
  python: string,
  args: string[],
): Promise<number> {
  const process = start(python, args);
  let text = "";
  let sent = false;
  for await (const part of process.stdout.pipeThrough(new TextDecoderStream())) {
    text += part;
    if (!sent && text.includes(`"step": ${step},`)) {
      sent = true;
      process.kill(signal);
    }
  }
  return (await process.status).code;
}

testWith(
  needed,
  "a training that was stopped and killed goes on to the same weights, and Reverie reads them",
  async () => {
    const folder = await Deno.makeTempDir();
    try {
      const textures = `${folder}/textures.zip`;
      const pack = JSON.parse(await run(python, [scriptPath("small_course.py"), "pack", textures]));
      assert.deepEqual(pack.shape, [4, 3, 512, 512]);
      assert.ok(pack.off < 10, `JPEG changes colours by ${pack.off} of 255`);
      assert.deepEqual(pack.photographic, [true, false, false], "grain; a gradient; a map of normals");

      const train = [programPath("train.py"), textures];
      const whole = `${folder}/whole.pt`;
      const pieces = `${folder}/pieces.pt`;
      await run(python, [...train, whole, ...course, ...everyStep]);
      assert.equal(await interruptAt(1, "SIGTERM", python, [...train, pieces, ...course, ...everyStep]), 143);
      // The options of the course are stored in the checkpoint.
      assert.notEqual(await interruptAt(4, "SIGKILL", python, [...train, pieces, ...everyStep]), 0);
      const [stopped] = await told(python, pieces);
      assert.ok(stopped!.step >= 2 && stopped!.step < 6, `stopped at ${stopped!.step}`);
      await run(python, [...train, pieces, ...everyStep]);
      const [a, b] = await told(python, whole, pieces);
      assert.equal(a!.step, 6);
      assert.deepEqual(b, a);
      assert.notEqual(a!.weights, stopped!.weights);
      assert.notEqual(a!.average, a!.weights);

      const exported = `${folder}/raft-small.safetensors`;
      const card = await run(python, [programPath("export.py"), pieces, exported]);
      assert.match(card, /6 steps/);
      const { size } = await Deno.stat(exported);
      assert.ok(size > 1_980_324 && size < 2_100_000, `${size} bytes`);
      const { architecture, tensors } = await readRaftWeights(exported);
      assert.equal(architecture.variant, "raft-small");
      const conv = tensors.get("update_block.flow_head.conv2.weight")!;
      assert.deepEqual(Array.from((conv.data as Float32Array).subarray(0, 8)), a!.first);
      assert.match(await Deno.readTextFile(`${folder}/raft-small.svg`), /^<svg [^]*6 steps[^]*<\/svg>\n$/);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
);

async function told(python: string, ...checkpoints: string[]): Promise<Told[]> {
  return JSON.parse(await run(python, [scriptPath("small_course.py"), "tell", ...checkpoints]));
}
