/** Reads weights from files of any supported format. */
import { ReverieError } from "../../errors.ts";
import { type Line, line } from "../../line.ts";
import { unreadable } from "../../user_file.ts";
import { CheckpointError, saveWeights } from "./bytes.ts";
import { isCaffemodel, readCaffemodel } from "./caffemodel.ts";
import type { Checkpoint } from "./checkpoint.ts";
import { isSafetensors, readSafetensors } from "./safetensors.ts";
import { isLegacyTorch, readLegacyTorch, readTorchZip } from "./torch.ts";
import { isZip } from "./zip.ts";

/** Largest size of a file in bytes; no network here has larger weights. */
const largestFile = 1 << 30;

/**
 * Reads the weights in a PyTorch checkpoint (`torch.save` of a state dictionary, zip or older), a safetensors file or
 * a Caffe model, whatever the file's extension. All element types become float32; names stay as they are.
 *
 * Nothing in the file is executed: a checkpoint that names any Python function other than those that make tensors is
 * refused.
 *
 * @throws {ReverieError} if the file cannot be used; the message is one line that begins with the path.
 */
export async function readCheckpoint(path: string): Promise<Checkpoint> {
  return parseCheckpoint(await readFile(path), path);
}

/**
 * Like {@link readCheckpoint}, for bytes in memory; `path` is only used in messages.
 *
 * @throws {ReverieError} as {@link readCheckpoint} does.
 */
export function parseCheckpoint(bytes: Uint8Array, path: string): Checkpoint {
  try {
    return parse(bytes);
  } catch (cause) {
    if (cause instanceof CheckpointError) throw unusable(line`${{ path }} ${cause.message}`, cause);
    throw cause;
  }
}

/** The format of a file of weights, in words, by its first bytes; undefined if the format is unknown. */
export function checkpointKind(bytes: Uint8Array): string | undefined {
  if (isZip(bytes) || isLegacyTorch(bytes)) return "a PyTorch checkpoint";
  // The header's length takes eight bytes; the upper ones of a real file are zero.
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
