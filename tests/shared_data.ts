/**
 * The folder of clips, flow pairs and networks outside the project; see `needs.ts` for tests that use them.
 */
import { statSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type Need, need } from "./needs.ts";

const sharedData = new URL("../../shared/data/", import.meta.url);

/** A file or folder of the shared data; its path does not exist if the need is unmet. */
export interface SharedFile extends Need {
  path: string;
}

/** A file or folder of the shared data, by its path in the folder. */
export function sharedFile(name: string): SharedFile {
  const path = fileURLToPath(new URL(name, sharedData));
  const isHere = statSync(path, { throwIfNoEntry: false }) !== undefined;
  return { path, ...need(isHere, `../shared/data/${name} is not here`) };
}

/** The path of a file of the shared data, or undefined (with a message) if it is missing. */
export function sharedDataPath(name: string): string | undefined {
  const { path, unmet } = sharedFile(name);
  if (unmet === undefined) return path;
  console.log(`skipped: ${unmet}`);
  return undefined;
}
