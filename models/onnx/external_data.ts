/** Weights in files beside an ONNX file (external data): large networks and recent versions of PyTorch have them. */
import { isAbsolute, join, normalize } from "node:path";
import { invalidParameter } from "../errors.ts";
import { line } from "../line.ts";
import { unreadable } from "../user_file.ts";

/** Where the tensors of a file may lie. */
export interface TensorSource {
  folder: string | undefined;
  /** Sizes in bytes of the files that have been looked at, by path. */
  checked: Map<string, number>;
}

/** A part of a file, in bytes. */
export interface ExternalPart {
  path: string;
  offset: number;
  length: number;
}

/**
 * Where a tensor's elements lie.
 *
 * @param entries the tensor's `external_data`: location, offset, length
 * @param expected bytes that the tensor's shape takes; undefined if its type is unknown
 * @throws {ReverieError} if the file is outside the folder, missing or too short, or if the sizes contradict each other
 */
export function externalPart(
  { location = "", offset: start = "0", length: given }: Record<string, string>,
  expected: number | undefined,
  { folder, checked }: TensorSource,
): ExternalPart {
  if (folder === undefined) {
    throw invalidParameter("model", "unsupported ONNX model: its weights lie in a second file", {
      advice: ["save it as one file"],
    });
  }
  const path = insideFolder(folder, location);
  const offset = Number(start);
  const length = expected ?? Number(given ?? 0);
  if (!Number.isSafeInteger(offset) || offset < 0 || (given !== undefined && Number(given) !== length)) {
    throw invalidParameter(
      "model",
      `damaged ONNX model: sizes of its weights in ${location} contradict each other`,
      {
        advice: ["fetch or export it again"],
      },
    );
  }
  const size = checked.get(path) ?? sizeOf(path, location);
  checked.set(path, size);
  if (offset + length > size) throw tooShort(path, size, offset + length);
  return { path, offset, length };
}

/** A name in another folder could lead a stranger's network to any file of the user. */
function insideFolder(folder: string, location: string): string {
  const relative = normalize(location.replaceAll("\\", "/"));
  if (
    location === "" || isAbsolute(relative) || /^[a-z]:/i.test(relative) ||
    relative.split(/[/\\]/)[0] === ".."
  ) {
    throw invalidParameter(
      "model",
      `its weights lie in "${location}", outside of its folder, where no file is read`,
      { advice: ["save it as one file"] },
    );
  }
  return join(folder, relative);
}

function sizeOf(path: string, location: string): number {
  try {
    const { size, isFile } = Deno.statSync(path);
    if (!isFile) throw new Deno.errors.NotFound(`${path} is no file`);
    return size;
  } catch (cause) {
    if (!(cause instanceof Deno.errors.NotFound)) throw unreadable(path, cause);
    throw invalidParameter("model", line`its weights lie in a second file, ${{ path }}, which is missing`, {
      advice: [`put it there under the name ${location}`, "save the network as one file"],
      cause,
    });
  }
}

function tooShort(path: string, size: number, needed: number) {
  return invalidParameter(
    "model",
    line`its weights lie in a second file, ${{ path }}, which is too short: ${size} bytes, not ${needed}`,
    { advice: ["fetch it again"] },
  );
}

/**
 * Reads a part of a file.
 *
 * @throws {ReverieError} if the file cannot be read, or has become shorter
 */
export function readPart({ path, offset, length }: ExternalPart): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  let done = 0;
  try {
    using file = Deno.openSync(path);
    file.seekSync(offset, Deno.SeekMode.Start);
    while (done < length) {
      const count = file.readSync(bytes.subarray(done));
      if (count === null) break;
      done += count;
    }
  } catch (cause) {
    throw unreadable(path, cause);
  }
  if (done < length) throw tooShort(path, offset + done, offset + length);
  return bytes;
}
