/** Known networks in files of any form and naming: they are recognised by their tensors. */
import { ReverieError } from "../errors.ts";
import { line } from "../line.ts";
import type { Model } from "../onnx/model.ts";
import { readModel } from "../onnx/read.ts";
import type { Checkpoint } from "./checkpoint/checkpoint.ts";
import { checkpointKind, parseCheckpoint } from "./checkpoint/read.ts";
import { buildGoogLeNet } from "./googlenet.ts";
import { isPublished } from "./googlenet/fingerprint.ts";
import { matchGoogLeNet } from "./googlenet/match_graph.ts";
import { matchGoogLeNetTensors } from "./googlenet/match_tensors.ts";
import type { GoogLeNetWeights } from "./googlenet/architecture.ts";

/** A network of a kind that is known. */
export interface RecognisedNetwork {
  /** The catalog's name for its kind. */
  kind: string;
  /** The network as it is built here, of the file's weights: its layers have the names that the catalog shows. */
  model: Model;
  /** Whether its weights are those that the catalog's own has, and not of another training. */
  published: boolean;
}

/** What a file turned out to hold: any ONNX model, or a known network as it is built here. */
export interface FileContent {
  model: Model;
  known?: RecognisedNetwork;
}

/** Which known network an ONNX model is, whatever its names, its input's size and its operators' version; if any. */
export function recogniseModel({ graph }: Model): RecognisedNetwork | undefined {
  return googlenet(matchGoogLeNet(graph));
}

/** Which known network weights by their names are, if any. */
export function recogniseTensors(tensors: Checkpoint): RecognisedNetwork | undefined {
  return googlenet(matchGoogLeNetTensors(tensors));
}

function googlenet(weights: GoogLeNetWeights | undefined): RecognisedNetwork | undefined {
  if (!weights) return undefined;
  return { kind: "googlenet", model: buildGoogLeNet(weights), published: isPublished(weights) };
}

/**
 * Reads a network out of the bytes of an ONNX file, or of a file of weights (PyTorch, safetensors, Caffe) of a network
 * that is known.
 *
 * Throws a ReverieError for bytes that are neither, whose line begins with the path.
 */
export function readNetwork(bytes: Uint8Array, path: string): FileContent {
  const form = checkpointKind(bytes);
  if (form === undefined) {
    const model = readOnnx(bytes, path);
    const known = recogniseModel(model);
    return known ? { model: known.model, known } : { model };
  }
  const known = recogniseTensors(parseCheckpoint(bytes, path));
  if (known) return { model: known.model, known };
  throw new ReverieError(
    "invalid_parameter",
    line`${{
      path,
    }} is ${form} of a network that is not known: of those, only BVLC GoogLeNet can be dreamed with`,
    {
      advice: [
        line`export yours to ONNX (torch.onnx.export), for ${{ field: "model" }} takes any ONNX network`,
      ],
    },
  );
}

function readOnnx(bytes: Uint8Array, path: string): Model {
  try {
    return readModel(bytes);
  } catch (cause) {
    throw cause instanceof ReverieError ? cause.within(line`${{ path }}: `) : cause;
  }
}
