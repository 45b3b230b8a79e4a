/** Finds and reads RAFT's weights. */
import { catalog, localModelPath } from "../catalog.ts";
import { readCheckpoint } from "../networks/checkpoint/read.ts";
import { invalidParameter, ReverieError } from "../errors.ts";
import { line } from "../line.ts";
import { type RaftWeights, raftWeights } from "../networks/raft/weights.ts";

/**
 * The file of RAFT's weights. `model` is a name in the catalog or a file; the default is the first flow network of the
 * catalog that is on this machine. Undefined if there is none.
 *
 * @throws {ReverieError} if the name or file does not exist.
 */
export async function locateRaftWeights(model?: string): Promise<string | undefined> {
  const names = catalog.filter(({ purpose }) => purpose === "flow").map(({ name }) => name);
  if (model === undefined || names.includes(model)) {
    for (const name of model === undefined ? names : [model]) {
      const path = await localModelPath(name);
      if (path !== undefined) return path;
    }
    return undefined;
  }
  if (await Deno.stat(model).then(({ isFile }) => isFile, () => false)) return model;
  throw invalidParameter(
    "flowModel",
    line`${{ field: "flowModel" }} ${{ path: model }}: there is no such file; the names are ${
      names.join(" and ")
    }`,
  );
}

/**
 * Reads RAFT's weights from a checkpoint of torchvision or princeton-vl.
 *
 * @throws {ReverieError} if the file is not readable or holds another network; the message is one line that names it.
 */
export async function readRaftWeights(path: string): Promise<RaftWeights> {
  const checkpoint = await readCheckpoint(path);
  try {
    return raftWeights(checkpoint);
  } catch (cause) {
    throw cause instanceof ReverieError ? cause.within(line`${{ path }}: `) : cause;
  }
}
