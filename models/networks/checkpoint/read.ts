/** Reads files of weights, whichever format they are in. */
import { ReverieError } from "../../errors.ts";
import { type Line, line } from "../../line.ts";
import { unreadable } from "../../user_file.ts";
import { CheckpointError, saveWeights } from "./bytes.ts";
import { isCaffemodel, readCaffemodel } from "./caffemodel.ts";
import type { Checkpoint } from "./checkpoint.ts";
import { isSafetensors, readSafetensors } from "./safetensors.ts";
import { isLegacyTorch, readLegacyTorch, readTorchZip } from "./torch.ts";
import { isZip } from "./zip.ts";

/** Files above this size hold no weights that anything here can use. */
const largestFile = 1 << 30;

/**
 * Reads the weights in a PyTorch checkpoint (`torch.save` of a state dictionary, zip or older), a safetensors file or a
 * Caffe model, whatever the file's name ends in. All element types become float32; names stay as they are.
 *
 * Nothing in the file is executed: a checkpoint that names any Python function but those that make tensors is
 * refused. Throws a ReverieError, one line that begins with the path, for every file that cannot be used.
 */
export async function readCheckpoint(path: string): Promise<Checkpoint> {
  return parseCheckpoint(await readFile(path), path);
}

/** The same of bytes that are here already. */
export function parseCheckpoint(bytes: Uint8Array, path: string): Checkpoint {
  try {
    return parse(bytes);
  } catch (cause) {
    if (cause instanceof CheckpointError) throw unusable(line`${{ path }} ${cause.message}`, cause);
    throw cause;
  }
}

/** What a file of weights is, in words, by its first bytes; undefined where it is none that is known. */
export function checkpointKind(bytes: Uint8Array): string | undefined {
  if (isZip(bytes) || isLegacyTorch(bytes)) return "a PyTorch checkpoint";
  // The header's length has eight bytes, of which a real one leaves the upper ones empty.
  if (isSafetensors(bytes) && bytes.subarray(5, 8).every((byte) => byte === 0)) return "a safetensors file";
  return isCaffemodel(bytes) ? "a Caffe model" : undefined;
}

async function readFile(path: string): Promise<Uint8Array> {
  try {
    const { size, isFile } = await Deno.stat(path);
    if (!isFile) throw unusable(line`${{ path }} is no file; name a checkpoint (.pth, .pt or .safetensors)`);
    if (size > largestFile) throw unusable(line`${{ path }} is over 1 GB and holds no weights of use here`);
    return await Deno.readFile(path);
  } catch (cause) {
    throw cause instanceof ReverieError ? cause : unreadable(path, cause);
  }
}

function unusable(wrong: Line, cause?: unknown): ReverieError {
  return new ReverieError("invalid_parameter", wrong, { cause });
}

function parse(bytes: Uint8Array): Checkpoint {
  if (isZip(bytes)) return readTorchZip(bytes);
  if (isLegacyTorch(bytes)) return readLegacyTorch(bytes);
  if (isSafetensors(bytes)) return readSafetensors(bytes);
  if (isCaffemodel(bytes)) return readCaffemodel(bytes);
  throw new CheckpointError(
    bytes.length === 0
      ? "is empty; fetch it again"
      : `is neither a PyTorch checkpoint (.pth, .pt) nor a safetensors file; fetch it again, or ${saveWeights}`,
  );
}
