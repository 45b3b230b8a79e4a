import type { Attribute, Model } from "../../models/onnx/model.ts";
import { upgrade } from "../../models/onnx/upgrade.ts";
import { prune } from "../../models/onnx/prune.ts";

/**
 * Writes a network's nodes up to the given values for `torch_network.py`: eight bytes with the length of a
 * JSON header (little-endian), the header, and the float32 weights one after another.
 */
export async function writeTorchFile(path: string, model: Model, values: string[]): Promise<void> {
  const outputs = values.map((name) => ({ name, type: "float32" as const }));
  const { nodes, initializers, inputs } = prune({ ...upgrade(model).graph, outputs });
  let start = 0;
  const weights: Record<string, { dims: number[]; start: number }> = {};
  const parts: Uint8Array<ArrayBuffer>[] = [];
  for (const [name, { type, dims, data }] of initializers) {
    if (type !== "float32") continue;
    weights[name] = { dims, start };
    parts.push(new Uint8Array(Float32Array.from(data as Float32Array).buffer));
    start += data.length;
  }
  const header = JSON.stringify({
    input: inputs.find(({ name }) => !initializers.has(name))!.name,
    nodes: nodes.map(({ op, inputs, outputs, attributes }) => ({
      op,
      inputs,
      outputs,
      attributes: plain(attributes),
    })),
    weights,
  });
  const bytes = new TextEncoder().encode(header);
  const length = new Uint8Array(new BigUint64Array([BigInt(bytes.length)]).buffer);
  await Deno.writeFile(path, new Blob([length, bytes, ...parts]).stream());
}

function plain(attributes: Record<string, Attribute>) {
  return Object.fromEntries(
    Object.entries(attributes).filter(([, { kind }]) => kind !== "tensor").map((
      [name, { value }],
    ) => [name, value]),
  );
}
