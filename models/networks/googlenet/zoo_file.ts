import type { Model } from "../../onnx/model.ts";
import { readModel } from "../../onnx/read.ts";
import { buildGoogLeNet } from "../googlenet.ts";
import { matchGoogLeNet } from "./match_graph.ts";

/**
 * Reads the ONNX model zoo's file. The file has Caffe2's names and an input of 224 pixels; the result has the same
 * weights, but Caffe's names and an input of any size.
 *
 * @throws {Error} if the bytes are not a GoogLeNet.
 */
export function readZooFile(bytes: Uint8Array): Model {
  const weights = matchGoogLeNet(readModel(bytes).graph);
  if (!weights) throw new Error("it is no GoogLeNet");
  return buildGoogLeNet(weights);
}
