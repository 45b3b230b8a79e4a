import { invalidParameter } from "../../errors.ts";
import { floatTensor, type Tensor } from "../../onnx/model.ts";
import { quoted } from "../checkpoint/bytes.ts";
import type { CheckpointTensor } from "../checkpoint/checkpoint.ts";
import { type RaftArchitecture, raftArchitectures } from "./architecture.ts";
import { commonPrefix, isOriginalName, torchvisionName } from "./names.ts";
import { weightShapes } from "./shapes.ts";

/** The weights of one RAFT: every tensor that its architecture has and no other, float32, by torchvision's names. */
export interface RaftWeights {
  architecture: RaftArchitecture;
  tensors: ReadonlyMap<string, Tensor>;
}

const advice = "take raft-small or raft-large as torchvision or princeton-vl save them";

/**
 * Recognises the weights of RAFT-small or RAFT-large by torchvision's or princeton-vl's names, with any common prefix
 * (such as `module.`). Batch normalisation's counters of training steps (`num_batches_tracked`) are ignored.
 *
 * @throws {ReverieError} if tensors are missing, unknown, of another shape, or hold invalid values: NaN, infinity,
 * numbers above a million, a negative variance. The message names the tensors.
 */
export function raftWeights(tensors: ReadonlyMap<string, CheckpointTensor>): RaftWeights {
  const renamed = underTorchvisionNames(tensors);
  if (![...renamed.keys()].some((name) => name.startsWith("feature_encoder."))) {
    throw invalidParameter(
      "flowModel",
      `not the weights of a RAFT: none of their ${tensors.size} tensors is of its feature encoder`,
      { advice: [advice] },
    );
  }
  const small = renamed.has("feature_encoder.layer1.0.convnormrelu3.0.weight");
  const architecture = raftArchitectures[small ? "raft-small" : "raft-large"];
  return { architecture, tensors: checked(renamed, architecture) };
}

/** Renames the tensors. If the file has a tensor under two names, as the authors' files do, one of them is used. */
function underTorchvisionNames(
  tensors: ReadonlyMap<string, CheckpointTensor>,
): Map<string, CheckpointTensor> {
  const plain = [...tensors].filter(([name]) => !name.endsWith(".num_batches_tracked"));
  const { length } = commonPrefix(plain.map(([name]) => name));
  const own = plain.map(([name, tensor]) => [name.slice(length), tensor] as const);
  const original = own.some(([name]) => isOriginalName(name));
  return new Map(original ? own.map(([name, tensor]) => [torchvisionName(name), tensor]) : own);
}

function checked(
  tensors: Map<string, CheckpointTensor>,
  architecture: RaftArchitecture,
): Map<string, Tensor> {
  const { variant } = architecture;
  const shapes = weightShapes(architecture);
  const missing = [...shapes.keys()].filter((name) => !tensors.has(name));
  if (missing.length > 0) {
    throw invalidParameter("flowModel", `the weights of ${variant} lack ${listed(missing)}`, {
      advice: [advice],
    });
  }
  const extra = [...tensors.keys()].filter((name) => !shapes.has(name));
  if (extra.length > 0) {
    throw invalidParameter(
      "flowModel",
      `${variant} has no ${listed(extra.map(quoted))}: these weights are of another network`,
      { advice: [advice] },
    );
  }
  const result = new Map<string, Tensor>();
  for (const [name, dims] of shapes) {
    const tensor = tensors.get(name)!;
    if (`${tensor.dims}` !== `${dims}`) {
      throw invalidParameter(
        "flowModel",
        `${name} of ${variant} has the shape [${tensor.dims}], not [${dims}]`,
        { advice: [advice] },
      );
    }
    checkValues(name, tensor.data, variant);
    result.set(name, floatTensor(tensor.data, dims));
  }
  return result;
}

/** With larger weights, sums of products overflow and all flow is NaN. */
const largestWeight = 1e6;

function checkValues(name: string, values: Float32Array, variant: string): void {
  const least = name.endsWith(".running_var") ? 0 : -largestWeight;
  // Both comparisons are false for NaN.
  const wrong = values.find((value) => !(value >= least && value <= largestWeight));
  if (wrong === undefined) return;
  const said = Number.isFinite(wrong) ? wrong.toPrecision(3) : wrong;
  throw invalidParameter(
    "flowModel",
    `${name} of ${variant} holds ${said}, which no flow comes from`,
    { advice: [advice] },
  );
}

/** Up to four names, and the number of the others. */
function listed(names: string[]): string {
  const shown = names.slice(0, 4).join(", ");
  return names.length > 4 ? `${shown} and ${names.length - 4} more tensors` : shown;
}
