import assert from "node:assert/strict";
import { raftArchitectures } from "../../../models/networks/raft/architecture.ts";
import { weightShapes } from "../../../models/networks/raft/shapes.ts";
import { endPointError, readFlo } from "../../../models/flow/flo.ts";
import { readSharedData, sharedDataPath } from "../../shared_data.ts";
import { findPython, run, scriptPath } from "./python.ts";

function close(actual: number, expected: number, tolerance: number): void {
  assert.ok(Math.abs(actual - expected) <= tolerance, `${actual}, not ${expected}`);
}

Deno.test("the network that is trained is RAFT-small, and its loss and errors are the paper's", async () => {
  const python = await findPython();
  if (python === undefined) return;
  const folder = await sharedDataPath("flow");
  const facts = JSON.parse(await run(python, [scriptPath("compare_raft.py"), ...folder ? [folder] : []]));
  assert.deepEqual(facts.shapes, Object.fromEntries(weightShapes(raftArchitectures["raft-small"])));
  if (facts.torchvision === null) {
    console.log("skipped: this python3 has no torchvision to compare with");
  } else {
    assert.ok(facts.torchvision.length > 0.5, "the reference moves");
    assert.ok(facts.torchvision.off < 1e-3, `${facts.torchvision.off} px`);
    assert.ok(facts.torchvision.gradients < 1e-4, `gradients differ by ${facts.torchvision.gradients}`);
  }
  close(facts.loss, 0.8 * 3 + 1, 1e-6);
  assert.equal(facts.correlation, "torch.float32");
  facts.rates.forEach((rate: number, i: number) => close(rate, [0.04, 1, 0.5, 1e-4][i]!, 1e-6));
  assert.deepEqual(facts.heights, [64, 64, 128, 128]);
  assert.deepEqual(facts.odd, [1, 2, 67, 75]);
  for (const [name, error] of Object.entries(facts.still as Record<string, number> ?? {})) {
    const truth = readFlo((await readSharedData(`flow/${name}/flow10.flo`))!);
    const still = { width: truth.width, height: truth.height, data: new Float32Array(truth.data.length) };
    close(error, endPointError(still, truth), 1e-3);
  }
});
