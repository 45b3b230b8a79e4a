/** Adds networks of the catalog from files that the user has. */
import { join } from "node:path";
import { makeWhole } from "./cache.ts";
import { cachedModelPath, localModelPath } from "./catalog.ts";
import { ReverieError } from "./errors.ts";
import { line } from "./line.ts";
import { withFolderLock } from "./folder_lock.ts";
import { readNetwork } from "./networks/recognise.ts";
import type { Model } from "./onnx/model.ts";
import { writeModel } from "./onnx/write.ts";
import { Reach } from "./reach.ts";
import { readUserFile } from "./user_file.ts";

/** The result of {@link addNetwork}. */
export interface AddedNetwork {
  /** The network's name in the catalog. */
  name: string;
  /** Path of the network's file. */
  path: string;
  /** Whether the file was added. If not, the network was already here and nothing was changed. */
  added: boolean;
}

/**
 * Recognises the network in a file by its tensors and puts it into the cache under its name in the catalog, as if
 * it had been fetched. A network that is already here is left as it is.
 *
 * @throws {ReverieError} if the file cannot be read, or holds no network of the catalog with its published weights.
 */
export async function addNetwork(path: string): Promise<AddedNetwork> {
  const field = { field: "model", value: path };
  const { known } = readNetwork(await readUserFile(path), path);
  if (!known) {
    throw new ReverieError(
      "invalid_parameter",
      line`${{ path }} is no network of ${{
        list: "networks",
      }}, and need not be added: ${field} takes any ONNX network`,
    );
  }
  const { kind: name, model, published } = known;
  if (!published) {
    throw new ReverieError(
      "invalid_parameter",
      line`${{ path }} is a network like ${name}, but of another training`,
      { advice: [line`dream with it by ${field}`] },
    );
  }
  const local = await localModelPath(name);
  if (local !== undefined) return { name, path: local, added: false };
  return { name, ...await store(name, model) };
}

/** Writes the network into the cache. If another process has just fetched the same network, its file is kept. */
async function store(name: string, model: Model): Promise<{ path: string; added: boolean }> {
  const target = cachedModelPath(name);
  let added = false;
  using reach = new Reach(name);
  const path = await withFolderLock(target, reach, () =>
    makeWhole(target, async (folder) => {
      const file = join(folder, "network.onnx");
      await Deno.writeFile(file, writeModel(model));
      added = true;
      return file;
    }));
  return { path, added };
}
