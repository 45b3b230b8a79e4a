import assert from "node:assert/strict";
import { join } from "node:path";
import { raftArchitectures } from "../../../models/networks/raft/architecture.ts";
import { weightShapes } from "../../../models/networks/raft/shapes.ts";
import { endPointError, readFlo } from "../../../models/flow/flo.ts";
import { need, testWith } from "../../needs.ts";
import { sharedFile } from "../../shared_data.ts";
import { findPython, hasModules, run, scriptPath } from "./python.ts";

function close(actual: number, expected: number, tolerance: number): void {
  assert.ok(Math.abs(actual - expected) <= tolerance, `${actual}, not ${expected}`);
}

const python = await findPython();
const torchvision = need(
  await hasModules(python.path, "torchvision"),
  "there is no torchvision for python3 here",
);
const flow = sharedFile("flow");

let compared: Promise<string> | undefined;

/** The results of compare_raft.py, which runs once for all tests. */
async function comparison() {
  compared ??= run(python.path, [scriptPath("compare_raft.py"), ...flow.unmet ? [] : [flow.path]]);
  return JSON.parse(await compared);
}

testWith(python, "the network that is trained is RAFT-small, and its loss is the paper's", async () => {
  const facts = await comparison();
  assert.deepEqual(facts.shapes, Object.fromEntries(weightShapes(raftArchitectures["raft-small"])));
  close(facts.loss, 0.8 * 3 + 1, 1e-6);
  assert.equal(facts.correlation, "torch.float32");
  facts.rates.forEach((rate: number, i: number) => close(rate, [0.04, 1, 0.5, 1e-4][i]!, 1e-6));
  assert.deepEqual(facts.heights, [64, 64, 128, 128]);
  assert.deepEqual(facts.odd, [1, 2, 67, 75]);
});

testWith([python, torchvision], "the network that is trained computes what torchvision's does", async () => {
  const { torchvision } = await comparison();
  assert.ok(torchvision.length > 0.5, "the reference moves");
  assert.ok(torchvision.off < 1e-3, `${torchvision.off} px`);
  assert.ok(torchvision.gradients < 1e-4, `gradients differ by ${torchvision.gradients}`);
});

testWith([python, flow], "the errors that training reports are end-point errors", async () => {
  const still = Object.entries((await comparison()).still as Record<string, number>);
  assert.equal(still.length, 4);
  for (const [name, error] of still) {
    const truth = readFlo(await Deno.readFile(join(flow.path, name, "flow10.flo")));
    const { width, height, data } = truth;
    close(error, endPointError({ width, height, data: new Float32Array(data.length) }, truth), 1e-3);
  }
});
