/** Lists and describes networks. */
import { catalog, type CatalogEntry, catalogEntry, isInCatalog, localModelPath } from "./catalog.ts";
import { ReverieError } from "./errors.ts";
import { line } from "./line.ts";
import { reasonOf } from "./system_error.ts";
import type { Dimension } from "./onnx/model.ts";
import { readNetwork } from "./networks/recognise.ts";
import { sourceName, sourceSize } from "./sources.ts";
import { readUserFile } from "./user_file.ts";

/** A network of the catalog. */
export interface ListedNetwork {
  name: string;
  title: string;
  licence: string;
  /** What it is for: dreaming, or finding the motion between frames. */
  purpose: "dream" | "flow";
  /** Size of the download in bytes; approximate for networks that find motion. */
  downloadSize: number;
  /** Path of its file, if it has been fetched or is shipped with the program. */
  path?: string;
  /** Size of that file in bytes. */
  size?: number;
}

/** Everything known about a network of the catalog. */
export interface CatalogDescription extends ListedNetwork {
  kind: "catalog";
  card: string;
  /** Name and version of the package, or URL of the file, that is tried first. */
  source: string;
  /** All sources, in the order in which they are tried. */
  sources: string[];
  layers: string[];
}

/** A file to dream with. */
export interface FileDescription {
  kind: "file";
  path: string;
  /** Size in bytes. */
  size: number;
  /** Catalog name of the recognised network. The following fields then describe the network that Reverie opens. */
  recognised?: string;
  /** Version of the ONNX operator set that it uses. */
  opset: number;
  inputs: { name: string; type: string; dims?: Dimension[] }[];
  /** Layers to dream with, from the input upwards. */
  layers: string[];
}

/** The networks of the catalog, with paths of those that are on this machine. */
export function listNetworks(): Promise<ListedNetwork[]> {
  return Promise.all(catalog.map(listed));
}

async function listed({ name, title, licence, purpose, sources }: CatalogEntry): Promise<ListedNetwork> {
  const entry = { name, title, licence, purpose, downloadSize: sourceSize(sources[0]) };
  const path = await localModelPath(name);
  if (path === undefined) return entry;
  return { ...entry, path, size: (await Deno.stat(path)).size };
}

/**
 * Describes a network of the catalog or a file.
 *
 * @throws {ReverieError} if it is neither, or if the file is not a model.
 */
export async function describeNetwork(nameOrPath: string): Promise<CatalogDescription | FileDescription> {
  if (!/[./\\]/.test(nameOrPath) || isInCatalog(nameOrPath)) {
    const entry = catalogEntry(nameOrPath);
    const { card, layers } = entry;
    const sources = entry.sources.map(sourceName);
    return { kind: "catalog", ...await listed(entry), card, source: sources[0]!, sources, layers };
  }
  const bytes = await readUserFile(nameOrPath);
  // Imported here, so that listing the catalog stays fast.
  const { reachableLayers } = await import("./gradient/gradient.ts");
  try {
    const { known, model } = readNetwork(bytes, nameOrPath);
    const { inputs } = model.graph;
    return {
      kind: "file",
      path: nameOrPath,
      size: bytes.length,
      ...known && { recognised: known.kind },
      opset: model.opset,
      inputs: inputs.map(({ name, type, dims }) => dims ? { name, type, dims } : { name, type }),
      layers: withoutDoubles(reachableLayers(model)),
    };
  } catch (cause) {
    if (cause instanceof ReverieError) throw cause;
    throw new ReverieError("invalid_parameter", line`${{ path: nameOrPath }}: ${reasonOf(cause)}`, { cause });
  }
}

/** Drops names such as `conv1_output_0`, which exporters give a value, if the node's name `conv1` is there too. */
function withoutDoubles(names: string[]): string[] {
  const known = new Set(names);
  return names.filter((name) => !/_output_\d+$/.test(name) || !known.has(name.replace(/_output_\d+$/, "")));
}
