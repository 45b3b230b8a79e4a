/** The folder of clips, flow pairs and networks that is not part of the project; see `needs.ts` for tests of them. */
import { statSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type Need, need } from "./needs.ts";

const sharedData = new URL("../../shared/data/", import.meta.url);

/** A file or folder of the shared data; nothing is at its path where the need is not met. */
export interface SharedFile extends Need {
  path: string;
}

/** A file or folder of the shared data by its path in there. */
export function sharedFile(name: string): SharedFile {
  const path = fileURLToPath(new URL(name, sharedData));
  const isHere = statSync(path, { throwIfNoEntry: false }) !== undefined;
  return { path, ...need(isHere, `../shared/data/${name} is not here`) };
}

/** The path of a file of the shared data, or undefined (and a plain line saying so) where it is absent. */
export function sharedDataPath(name: string): string | undefined {
  const { path, unmet } = sharedFile(name);
  if (unmet === undefined) return path;
  console.log(`skipped: ${unmet}`);
  return undefined;
}
