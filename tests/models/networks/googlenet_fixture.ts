/** BVLC GoogLeNet from the shared data, in the formats in which users have it. */
import { elementCount, type Graph, intTensor, type Model, type Tensor } from "../../../models/onnx/model.ts";
import { readModel } from "../../../models/onnx/read.ts";
import { type SharedFile, sharedFile } from "../../shared_data.ts";
import { concat, dictionary, little, tensor, torchZip } from "./checkpoint/write.ts";

/** Its file in the shared data. */
export const googLeNetFile: SharedFile = sharedFile("weights/bvlc_googlenet.onnx");

/** The network as read from {@link googLeNetFile}. */
export async function sharedGoogLeNet(): Promise<Model> {
  return readModel(await Deno.readFile(googLeNetFile.path));
}

/** The layers' names in order, such as `conv1/7x7_s2`. */
export function layerNames({ graph }: Model): string[] {
  return [...graph.initializers.keys()].filter((name) => name.endsWith("_filter")).map((name) =>
    name.slice(0, -"_filter".length)
  );
}

const bytesOf = ({ data }: Tensor) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength).slice();

/** Filters as [filters, height, width, channels]. */
function channelsLast({ dims, data }: Tensor): Float32Array {
  const [filters, channels, height = 1, width = 1] = dims as [number, number, number?, number?];
  const taps = height * width;
  const moved = new Float32Array(data.length);
  for (let f = 0; f < filters; f++) {
    for (let c = 0; c < channels; c++) {
      for (let tap = 0; tap < taps; tap++) {
        moved[(f * taps + tap) * channels + c] = (data as Float32Array)[(f * channels + c) * taps + tap]!;
      }
    }
  }
  return moved;
}

/** The 116 files published by caffejs, by path. */
export function publishedParts(model: Model): Map<string, Uint8Array> {
  const { initializers } = model.graph;
  return new Map(
    layerNames(model).flatMap((name) => [
      [`${name}_filter.bin`, new Uint8Array(channelsLast(initializers.get(`${name}_filter`)!).buffer)],
      [`${name}_bias.bin`, bytesOf(initializers.get(`${name}_bias`)!)],
    ]),
  );
}

/**
 * The network with the quirks of the ONNX model zoo's file: Caffe2's names, a single input `data_0` fixed at
 * 224 pixels, padding instead of rounding up, weights listed among the inputs, and a head that works only at
 * that size.
 */
export function zooModel(model: Model): Model {
  const source = model.graph;
  const values = new Map<string, string>([["data", "data_0"]]);
  const graph: Graph = {
    name: "bvlc_googlenet",
    inputs: [],
    outputs: [],
    nodes: [],
    initializers: new Map(),
  };
  graph.inputs.push({ name: "data_0", type: "float32", dims: [1, 3, 224, 224] });
  const weight = (name: string, value: Tensor) => {
    graph.initializers.set(name, value);
    graph.inputs.push({ name, type: value.type, dims: value.dims });
    return name;
  };
  for (const [name, value] of source.initializers) {
    const suffix = name.endsWith("_filter") ? "_w_0" : "_b_0";
    values.set(name, weight(name.replace(/_(filter|bias)$/, suffix), value));
  }
  for (const node of source.nodes.slice(0, -3)) {
    const [result] = node.outputs as [string];
    const name = result.endsWith("/relu") ? `${result.slice(0, -"/relu".length)}_2` : `${result}_1`;
    values.set(result, name);
    const attributes = { ...node.attributes };
    if (attributes["ceil_mode"]?.kind === "int" && attributes["ceil_mode"].value === 1) {
      attributes["pads"] = { kind: "ints", value: [0, 0, 1, 1] };
    }
    delete attributes["ceil_mode"];
    const inputs = node.inputs.map((input) => values.get(input)!);
    graph.nodes.push({ ...node, name: "", inputs, outputs: [name], attributes });
  }
  const last = graph.nodes.at(-1)!.outputs[0]!;
  const ints = (value: number[]) => ({ kind: "ints" as const, value });
  const int = (value: number) => ({ kind: "int" as const, value });
  const head = (op: string, inputs: string[], output: string, attributes = {}) =>
    graph.nodes.push({ name: "", op, domain: "", inputs, outputs: [output], attributes });
  head("AveragePool", [last], "pool5/7x7_s1_1", { kernel_shape: ints([7, 7]), strides: ints([1, 1]) });
  head("Dropout", ["pool5/7x7_s1_1"], "pool5/7x7_s1_2");
  head("Reshape", ["pool5/7x7_s1_2", weight("OC2_DUMMY_1", intTensor([1, 1024]))], "OC2_DUMMY_0");
  const classifier = ["OC2_DUMMY_0", "loss3/classifier_w_0", "loss3/classifier_b_0"];
  head("Gemm", classifier, "loss3/classifier_1", { transB: int(1) });
  head("Softmax", ["loss3/classifier_1"], "prob_1", { axis: int(1) });
  graph.outputs.push({ name: "prob_1", type: "float32", dims: [1, 1000] });
  return { graph, opset: 12, metadata: {} };
}

/** The network as a checkpoint of neural-dream's class, whose names contain underscores. */
export function torchCheckpoint(model: Model, prefix = ""): Uint8Array {
  const tensors: Record<string, Uint8Array> = {};
  const storages: Record<string, Uint8Array> = {};
  for (const [name, value] of model.graph.initializers) {
    const { dims } = value;
    const key = String(Object.keys(storages).length);
    const strides = dims.map((_, axis) => elementCount(dims.slice(axis + 1)));
    const parameter = name.replaceAll("/", "_").replace(/_filter$/, ".weight").replace(/_bias$/, ".bias");
    tensors[prefix + parameter] = tensor({ key, count: value.data.length, dims, strides });
    storages[key] = bytesOf(value);
  }
  return torchZip(dictionary(tensors), storages);
}

/** An integer as encoded by protocol buffers. */
export function varint(value: number): number[] {
  return value < 128 ? [value] : [value % 128 + 128, ...varint(Math.floor(value / 128))];
}

/** A length-delimited field of a message. */
export function field(number: number, content: Uint8Array | string): Uint8Array {
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
  return concat(varint(number * 8 + 2), varint(bytes.length), bytes);
}

/** A Caffe blob: current, with a shape, or from 2014, with four dimensions. */
export function blob(value: Tensor, form: "today" | "2014"): Uint8Array {
  if (form === "today") {
    const shape = field(1, Uint8Array.from(value.dims.flatMap(varint)));
    return concat(field(7, shape), field(5, bytesOf(value)));
  }
  const dims = [1, 1, 1, ...value.dims].slice(-4);
  return concat(...dims.map((size, index) => [(index + 1) * 8, ...varint(size)]), field(5, bytesOf(value)));
}

/** The network as a Caffe model: current, or from 2014 with the side heads of its training. */
export function caffemodel(model: Model, form: "today" | "2014"): Uint8Array {
  const { initializers } = model.graph;
  const [layer, name, blobs] = form === "today" ? [100, 1, 7] : [2, 4, 6];
  const layers = layerNames(model).map((each) =>
    field(
      layer,
      concat(
        field(name, each),
        ...["filter", "bias"].map((kind) => field(blobs, blob(initializers.get(`${each}_${kind}`)!, form))),
      ),
    )
  );
  const side = field(layer, concat(field(name, "loss1/conv"), field(blobs, blob(intTensorOfFloats(), form))));
  const data = field(layer, field(name, "data"));
  return concat(field(1, "GoogleNet"), data, ...layers.slice(0, 20), side, ...layers.slice(20));
}

function intTensorOfFloats(): Tensor {
  return { type: "float32", dims: [2, 1, 1, 1], data: Float32Array.of(1, 2) };
}

/** An unpacked list of floats, each in a separate field, as in Caffe's oldest files. */
export function unpacked(number: number, values: readonly number[]): Uint8Array {
  return concat(
    ...values.map((value) => concat(varint(number * 8 + 5), new Uint8Array(Float32Array.of(value).buffer))),
  );
}

export { concat, little };
