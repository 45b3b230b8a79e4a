import { dreamFacts, isInCatalog, openCatalogNetwork } from "../catalog.ts";
import { invalidParameter, ReverieError } from "../errors.ts";
import { line } from "../line.ts";
import type { Model } from "../onnx/model.ts";
import type { PullOptions } from "../sources.ts";
import { reasonOf } from "../system_error.ts";
import { defaultLayer } from "./default_layer.ts";
import { imageNetPreprocessing, type Network, type Preprocessing } from "./network.ts";
import { readWholeFile } from "../user_file.ts";
import { averagePooled, type poolings } from "./pooling.ts";
import { type FileContent, readNetwork } from "./recognise.ts";

/** Which network to dream with, and the user's settings for it. */
export interface NetworkChoice {
  /** A name in the catalog, or the path of a file. */
  model: string;
  /** RGB means in [0, 1], or in [0, 255] if one of them is above 1. */
  mean?: [number, number, number] | undefined;
  scale?: [number, number, number] | undefined;
  channelOrder?: "rgb" | "bgr" | undefined;
  /** Default: as the network was trained. */
  pooling?: typeof poolings[number] | undefined;
}

/**
 * Opens a network by its name in the catalog (fetched on first use) or from a file. A file may be any ONNX network, or
 * a known network in one of the formats of {@link readNetwork}, which recognises it by its tensors.
 *
 * @throws {ReverieError} if there is no such network or file, or if its input is not one colour picture.
 */
export async function openNetwork(choice: NetworkChoice, options: PullOptions = {}): Promise<Network> {
  const { model: name } = choice;
  if (isInCatalog(name)) {
    const network = await openCatalogNetwork(name, options);
    const preprocessing = preprocessingOf(choice, network.preprocessing);
    return { ...network, model: pooled(network.model, choice), preprocessing };
  }
  const { known, model } = await readNetworkFile(name);
  if (known) {
    const dream = dreamFacts(known.kind);
    const preprocessing = preprocessingOf(choice, dream.preprocessing);
    return { name, kind: known.kind, model: pooled(model, choice), ...dream, preprocessing };
  }
  let layers: string[] | undefined;
  return {
    name,
    kind: "other",
    model: pooled(model, choice),
    preprocessing: preprocessingOf(choice, imageNetPreprocessing),
    // Sought only if no layer is named: a network may have none by default, and still dream with a named one.
    get defaultLayers() {
      return layers ??= [defaultLayer(model, name)];
    },
    minimumSize: 64,
  };
}

function pooled(model: Model, { pooling }: NetworkChoice): Model {
  return pooling === "avg" ? averagePooled(model) : model;
}

/** The network that was read last: a dream asks for it when its settings are completed, and again when it starts. */
let recent: { version: string; content: WeakRef<FileContent> } | undefined;

async function readRecently(path: string): Promise<FileContent> {
  const { size, mtime, ino } = await Deno.stat(path);
  const version = JSON.stringify([path, size, mtime, ino]);
  const known = recent?.version === version ? recent.content.deref() : undefined;
  if (known) return known;
  const content = readNetwork(await readWholeFile(path), path);
  recent = { version, content: new WeakRef(content) };
  return content;
}

/**
 * Reads a network from a file of the user.
 *
 * @throws {ReverieError} if the file holds no network to dream with; the message names the file.
 */
export async function readNetworkFile(path: string): Promise<FileContent> {
  try {
    const content = await readRecently(path);
    if (!content.known) requirePicture(content.model, path);
    return content;
  } catch (cause) {
    if (cause instanceof Deno.errors.NotFound) {
      throw invalidParameter(
        "model",
        line`${{ field: "model" }} ${{ path }}: no such file, nor a network of ${{ list: "networks" }}`,
        { cause },
      );
    }
    if (cause instanceof ReverieError) throw cause.within(line`${{ field: "model" }} `, "model");
    throw invalidParameter("model", line`${{ field: "model" }} ${{ path }}: ${reasonOf(cause)}`, { cause });
  }
}

function requirePicture({ graph: { inputs } }: Model, path: string): void {
  // Others may be needed only above the layers that dream.
  const isPicture = inputs.some(({ dims }) =>
    !dims || (dims.length === 4 && (typeof dims[1] !== "number" || dims[1] === 3))
  );
  if (!isPicture) {
    throw invalidParameter(
      "model",
      line`${{ path }}: a dream network takes one input, a picture [1, 3, height, width]`,
    );
  }
}

/** The user's preprocessing settings; the network's own values replace those that are missing. */
function preprocessingOf({ mean, scale, channelOrder }: NetworkChoice, own: Preprocessing): Preprocessing {
  const inUnits = mean?.some((value) => value > 1) ? mean.map((value) => value / 255) as typeof mean : mean;
  return {
    mean: inUnits ?? own.mean,
    scale: scale ?? own.scale,
    channelOrder: channelOrder ?? own.channelOrder,
  };
}
