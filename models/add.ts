/** Networks of the catalog out of files that the user has. */
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

/** What came of a file that was to be added. */
export interface AddedNetwork {
  /** The catalog's name of the network. */
  name: string;
  /** Where it is. */
  path: string;
  /** Whether the file was taken; if not, the network was here before, and nothing was changed. */
  added: boolean;
}

/**
 * Recognises the network in a file by its tensors, and puts it into the cache under its name in the catalog, as if it
 * had been fetched. A network that is here already is left as it is.
 *
 * Throws a ReverieError for a file that holds no network of the catalog with the weights that the catalog has.
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

/** Another process may fetch the same network at this moment: then its file stays. */
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
