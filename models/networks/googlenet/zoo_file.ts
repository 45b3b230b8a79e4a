import type { Model } from "../../onnx/model.ts";
import { readModel } from "../../onnx/read.ts";
import { buildGoogLeNet } from "../googlenet.ts";
import { matchGoogLeNet } from "./match_graph.ts";

/**
 * The network of the ONNX model zoo's file. That has Caffe2's names and an input fixed at 224 pixels; its weights make
 * the network that has neither. Throws for bytes that are no GoogLeNet.
 */
export function readZooFile(bytes: Uint8Array): Model {
  const weights = matchGoogLeNet(readModel(bytes).graph);
  if (!weights) throw new Error("it is no GoogLeNet");
  return buildGoogLeNet(weights);
}
