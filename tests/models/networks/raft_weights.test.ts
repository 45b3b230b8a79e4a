import assert from "node:assert/strict";
import { ReverieError } from "../../../models/errors.ts";
import type { Checkpoint } from "../../../models/networks/checkpoint/checkpoint.ts";
import { commonPrefix } from "../../../models/networks/raft/names.ts";
import { raftWeights } from "../../../models/networks/raft/weights.ts";
import { generatedWeights } from "./raft_fixture.ts";

/**
 * Tensor names of princeton-vl; the blocks of RAFT-large keep the shortcut's normalisation under a second
 * name.
 */
function originalNames(name: string): string[] {
  const original = name
    .replace(/^feature_encoder/, "module.fnet").replace(/^context_encoder/, "module.cnet")
    .replace(/^update_block|^mask_predictor/, "module.update_block")
    .replace(/net\.convnormrelu\.0/, "net.conv1").replace(/net\.convnormrelu\.1/, "net.norm1")
    .replace(/net\.conv\./, "net.conv2.")
    .replace(/convnormrelu(\d)\.0/, "conv$1").replace(/convnormrelu(\d)\.1/, "norm$1")
    .replace(/motion_encoder\.conv([cf])\w+(\d)\.0/, "encoder.conv$1$2")
    .replace("motion_encoder.conv.0", "encoder.conv")
    .replace(/update_block\.convrelu\.0/, "update_block.mask.0")
    .replace(/^module\.update_block\.conv\./, "module.update_block.mask.2.");
  const gru = /recurrent_block\.convgru(\d)\.conv(.)/;
  const named = original.replace(gru, (_, unit, gate) => `gru.conv${gate}${unit}`);
  return named.includes("downsample.1") ? [named, named.replace("downsample.1", "norm3")] : [named];
}

function original(checkpoint: Checkpoint, hasOneUnit: boolean): Checkpoint {
  const renamed: Checkpoint = new Map();
  for (const [name, tensor] of checkpoint) {
    for (const other of originalNames(name)) {
      renamed.set(hasOneUnit ? other.replace(/gru\.conv([zrq])1/, "gru.conv$1") : other, tensor);
    }
  }
  return renamed;
}

for (const variant of ["raft-small", "raft-large"] as const) {
  Deno.test(`${variant} is recognised by torchvision's and by princeton-vl's names`, () => {
    const generated = generatedWeights(variant);
    const weights = raftWeights(generated);
    assert.equal(weights.architecture.variant, variant);
    const renamed = original(generated, variant === "raft-small");
    assert.ok(renamed.has("module.update_block.encoder.convc1.weight"));
    assert.ok(renamed.has(`module.update_block.gru.convz${variant === "raft-small" ? "" : 1}.bias`));
    if (variant === "raft-large") {
      assert.ok(renamed.has("module.cnet.layer2.0.norm3.running_var"));
      assert.ok(renamed.has("module.update_block.mask.2.bias"));
    }
    assert.deepEqual(raftWeights(renamed), weights);
    for (const prefix of ["", "_orig_mod.", "model.", "model._orig_mod.module."]) {
      const prefixed = (names: Checkpoint) =>
        new Map([...names].map(([name, tensor]) => [prefix + name.replace("module.", ""), tensor]));
      assert.deepEqual(raftWeights(prefixed(renamed)), weights);
      assert.deepEqual(raftWeights(prefixed(generated)), weights);
    }
  });
}

Deno.test("the number of parameters is that of the published networks", () => {
  const count = (variant: "raft-small" | "raft-large") => {
    const { tensors } = raftWeights(generatedWeights(variant));
    const trained = [...tensors].filter(([name]) => !name.includes("running_"));
    return trained.reduce((sum, [, { data }]) => sum + data.length, 0);
  };
  assert.equal(count("raft-small"), 990_162);
  assert.equal(count("raft-large"), 5_257_536);
});

/** The error message for the weights of RAFT-small after a modification. */
function refusal(change: (checkpoint: Checkpoint) => void): string {
  const checkpoint = generatedWeights("raft-small");
  change(checkpoint);
  try {
    raftWeights(checkpoint);
  } catch (error) {
    assert.ok(error instanceof ReverieError);
    assert.ok(!error.message.includes("\n"));
    return error.message;
  }
  throw new Error("nothing was said");
}

Deno.test("missing, foreign and misshapen tensors are named", () => {
  assert.match(
    refusal((weights) => weights.delete("update_block.flow_head.conv2.bias")),
    /raft-small lack update_block\.flow_head\.conv2\.bias: take raft-small or raft-large as/,
  );
  const half = refusal((weights) => {
    for (const name of [...weights.keys()]) if (name.startsWith("context_encoder")) weights.delete(name);
  });
  assert.match(half, /lack context_encoder\.convnormrelu\.0\.weight, .* and 40 more tensors; take/);
  assert.match(
    refusal((weights) => weights.set("head.weight", { dims: [1], data: Float32Array.of(1) })),
    /raft-small has no "head\.weight": these weights are of another network; take/,
  );
  assert.match(
    refusal((weights) =>
      weights.set("feature_encoder.conv.bias", { dims: [2], data: Float32Array.of(1, 2) })
    ),
    /feature_encoder\.conv\.bias of raft-small has the shape \[2\], not \[128\]; take/,
  );
});

Deno.test("weights that no flow comes from are refused, and the tensor is named", () => {
  const kept = "context_encoder.convnormrelu.1.running_var";
  for (const value of [NaN, Infinity, -Infinity, 3e38, -3e38]) {
    const said = refusal((weights) => weights.get("feature_encoder.conv.bias")!.data[7] = value);
    const shown = Number.isFinite(value) ? value.toPrecision(3) : `${value}`;
    assert.ok(said.startsWith(`feature_encoder.conv.bias of raft-small holds ${shown}, which no`), said);
  }
  const large = generatedWeights("raft-large");
  large.get(kept)!.data[3] = 0;
  raftWeights(large);
  large.get(kept)!.data[3] = -0.25;
  assert.throws(
    () => raftWeights(large),
    /convnormrelu\.1\.running_var of raft-large holds -0\.250, which no/,
  );
});

Deno.test("what stands before all names ends where RAFT's own begin", () => {
  assert.equal(commonPrefix(["module.fnet.conv1.weight", "module.fnet.conv1.bias"]), "module.");
  assert.equal(commonPrefix(["fnet.conv1.weight"]), "");
  assert.equal(commonPrefix(["model.cnet.a", "module.cnet.a"]), "");
  assert.equal(commonPrefix(["a.b.c", "a.b.d", "a.bc"]), "a.");
  assert.equal(commonPrefix([".a", "b"]), "");
  assert.equal(commonPrefix([]), "");
});

Deno.test("a part of RAFT's weights is told by what is missing", () => {
  const half = refusal((weights) => {
    for (const name of [...weights.keys()]) if (!name.startsWith("feature_encoder")) weights.delete(name);
  });
  assert.match(half, /^the weights of raft-small lack context_encoder/);
});

Deno.test("names of tensors are told in short, and without what a terminal would act on", () => {
  const unknown = (name: string) =>
    refusal((weights) => weights.set(name, { dims: [1], data: Float32Array.of(1) }));
  assert.ok(unknown("x".repeat(200_000)).length < 300);
  const said = unknown("\u202egnp.x\u2028y\u2066z\x1b[2J\x9b");
  assert.ok(said.includes('"?gnp.x?y?z\\u001b[2J?"'), said);
});

Deno.test("the weights of another network are refused as such", () => {
  const other: Checkpoint = new Map([["features.0.weight", { dims: [1], data: Float32Array.of(1) }]]);
  assert.throws(() => raftWeights(other), (error) => {
    assert.ok(error instanceof ReverieError);
    assert.match(error.message, /not the weights of a RAFT/);
    return true;
  });
});

Deno.test("counters of training steps are ignored", () => {
  const checkpoint = generatedWeights("raft-large");
  checkpoint.set("context_encoder.convnormrelu.1.num_batches_tracked", {
    dims: [],
    data: Float32Array.of(7),
  });
  assert.equal(raftWeights(checkpoint).architecture.variant, "raft-large");
});
