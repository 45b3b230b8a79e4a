/** Recognises known networks in files by their tensors, whatever the format and the names. */
import { dirname } from "node:path";
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

/** A known network. */
export interface RecognisedNetwork {
  /** Its name in the catalog. */
  kind: string;
  /** The network, rebuilt from the file's weights; its layers have the names that the catalog lists. */
  model: Model;
  /** Whether its weights are those of the catalog's network, and not from another training. */
  published: boolean;
}

/** The content of a file: any ONNX model, or a known network, rebuilt. */
export interface FileContent {
  model: Model;
  known?: RecognisedNetwork;
}

/** The known network that an ONNX model is, whatever its names, input size and opset; undefined if it is none. */
export function recogniseModel({ graph }: Model): RecognisedNetwork | undefined {
  return googlenet(matchGoogLeNet(graph));
}

/** The known network that named weights belong to; undefined if it is none. */
export function recogniseTensors(tensors: Checkpoint): RecognisedNetwork | undefined {
  return googlenet(matchGoogLeNetTensors(tensors));
}

function googlenet(weights: GoogLeNetWeights | undefined): RecognisedNetwork | undefined {
  if (!weights) return undefined;
  return { kind: "googlenet", model: buildGoogLeNet(weights), published: isPublished(weights) };
}

/**
 * Reads a network from the bytes of an ONNX file, or of a file with the weights of a known network (PyTorch,
 * safetensors, Caffe).
 *
 * @throws {ReverieError} if the bytes are neither; the message begins with the path.
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
    return readModel(bytes, { folder: dirname(path) });
  } catch (cause) {
    throw cause instanceof ReverieError ? cause.within(line`${{ path }}: `) : cause;
  }
}
