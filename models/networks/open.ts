import { catalog, dreamFacts, openCatalogNetwork } from "../catalog.ts";
import { invalidParameter, ReverieError } from "../errors.ts";
import { prepare } from "../gradient/prepare.ts";
import { reachableLayers } from "../gradient/layers.ts";
import { line } from "../line.ts";
import type { Model } from "../onnx/model.ts";
import { inferShapes } from "../onnx/shapes.ts";
import type { PullOptions } from "../sources.ts";
import { reasonOf } from "../system_error.ts";
import { imageNetPreprocessing, type Network, type Preprocessing } from "./network.ts";
import { type FileContent, readNetwork } from "./recognise.ts";

/** Which network to dream with, and what the user says about it. */
export interface NetworkChoice {
  /** A name of the catalog, or the path of a file. */
  model: string;
  /** RGB means, in 0-1 or (where one is above 1) in 0-255. */
  mean?: [number, number, number] | undefined;
  scale?: [number, number, number] | undefined;
  channelOrder?: "rgb" | "bgr" | undefined;
}

/**
 * Opens a network by its name in the catalog (fetching it on first use), or from a file: any ONNX network, and known
 * networks in the forms that {@link readNetwork} reads, which are recognised by their tensors.
 *
 * Throws a ReverieError when there is no such network or file, or when it does not take one colour picture.
 */
export async function openNetwork(choice: NetworkChoice, options: PullOptions = {}): Promise<Network> {
  const { model: name } = choice;
  if (catalog.some((entry) => entry.name === name)) {
    const network = await openCatalogNetwork(name, options);
    return { ...network, preprocessing: preprocessingOf(choice, network.preprocessing) };
  }
  const { known, model } = await readNetworkFile(name);
  if (known) {
    const dream = dreamFacts(known.kind);
    const preprocessing = preprocessingOf(choice, dream.preprocessing);
    return { name, kind: known.kind, model, ...dream, preprocessing };
  }
  return {
    name,
    kind: "other",
    model,
    preprocessing: preprocessingOf(choice, imageNetPreprocessing),
    defaultLayers: [middleLayer(model, name)],
    minimumSize: 64,
  };
}

/**
 * Reads a network from a file of the user's. Throws a ReverieError that names the file where it holds none that dreams.
 */
export async function readNetworkFile(path: string): Promise<FileContent> {
  try {
    const content = readNetwork(await Deno.readFile(path), path);
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
  const dims = inputs[0]?.dims;
  if (
    inputs.length !== 1 || (dims && (dims.length !== 4 || (typeof dims[1] === "number" && dims[1] !== 3)))
  ) {
    throw invalidParameter(
      "model",
      line`${{ path }}: a dream network takes one input, a picture [1, 3, height, width]`,
    );
  }
}

/** What the user says of the preparation of pictures, and the network's own where they say nothing. */
function preprocessingOf({ mean, scale, channelOrder }: NetworkChoice, own: Preprocessing): Preprocessing {
  const inUnits = mean?.some((value) => value > 1) ? mean.map((value) => value / 255) as typeof mean : mean;
  return {
    mean: inUnits ?? own.mean,
    scale: scale ?? own.scale,
    channelOrder: channelOrder ?? own.channelOrder,
  };
}

/** How much smaller than the picture the activations of a good dream layer are, at least. */
const dreamStride = 12;

/**
 * A layer to begin with in a network that nobody has tuned: the last one reachable whose activations are not yet
 * much smaller than a twelfth of the picture, where shapes are objects' parts rather than edges or whole scenes.
 */
function middleLayer(model: Model, path: string): string {
  const side = 224;
  const layers = reachableLayers(model);
  for (const layer of layers.toReversed()) {
    try {
      const prepared = prepare(model, { layers: [layer], inputShape: [1, 3, side, side] });
      const dims = inferShapes(prepared.model).get(prepared.layers[0]!)?.dims;
      if (dims?.length === 4 && dims[1]! > 3 && dims[2]! >= side / dreamStride) return layer;
    } catch {
      // This layer cannot be reached at that size; one below may be.
    }
  }
  throw invalidParameter("model", line`${{ field: "model" }} ${{ path }}: no layer of it can dream`, {
    advice: [line`${{ remedy: "show", network: path }}`],
  });
}
