/** What there is to know about networks before one dreams with them. */
import { catalog, type CatalogEntry, catalogEntry, localModelPath } from "./catalog.ts";
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
  /** To dream with, or to find the motion between frames. */
  purpose: "dream" | "flow";
  /** Size of the download in bytes; about, for networks that find motion. */
  downloadSize: number;
  /** Where its file is, once it has been fetched or where it came with the program. */
  path?: string;
  /** Size of that file in bytes. */
  size?: number;
}

/** A network of the catalog with all that is known of it. */
export interface CatalogDescription extends ListedNetwork {
  kind: "catalog";
  card: string;
  /** Name and version of the package, or address of the file, that it is fetched from first. */
  source: string;
  /** All of those, in the order in which they are tried. */
  sources: string[];
  layers: string[];
}

/** A file that one can dream with. */
export interface FileDescription {
  kind: "file";
  path: string;
  /** Size in bytes. */
  size: number;
  /** The catalog's name of the network that it was recognised as; what follows is told of the network as it is opened. */
  recognised?: string;
  /** Version of the standard operator set it is written in. */
  opset: number;
  inputs: { name: string; type: string; dims?: Dimension[] }[];
  /** Layers that one can dream with, from the input upwards. */
  layers: string[];
}

/** The networks of the catalog, and which of them are here. */
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
 * Describes a network of the catalog or a file. Throws a ReverieError when it is neither, or when the file is not
 * a model.
 */
export async function describeNetwork(nameOrPath: string): Promise<CatalogDescription | FileDescription> {
  if (!/[./\\]/.test(nameOrPath) || catalog.some(({ name }) => name === nameOrPath)) {
    const entry = catalogEntry(nameOrPath);
    const { card, layers } = entry;
    const sources = entry.sources.map(sourceName);
    return { kind: "catalog", ...await listed(entry), card, source: sources[0]!, sources, layers };
  }
  const bytes = await readUserFile(nameOrPath);
  // Only now, as the catalog should be listed at once.
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

/** Exporters name a value after its node, as `conv1_output_0`; the node's name is enough, and shorter. */
function withoutDoubles(names: string[]): string[] {
  const known = new Set(names);
  return names.filter((name) => !/_output_\d+$/.test(name) || !known.has(name.replace(/_output_\d+$/, "")));
}
