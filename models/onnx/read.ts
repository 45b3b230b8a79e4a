import {
  arrayType,
  type Attribute,
  type Dimension,
  elementCount,
  type ElementType,
  type Graph,
  type Model,
  type Node,
  type Tensor,
  type ValueInfo,
} from "./model.ts";
import { withFunctionsInlined } from "./functions.ts";
import { attributeCode, elementTypeOf, onnx } from "./proto.ts";
import { invalidParameter } from "../errors.ts";
import type { onnx as types } from "onnx-proto";

/**
 * Reads an ONNX file's bytes.
 *
 * Throws a ReverieError when the bytes are not an ONNX model, when tensors lie in a second file (external data), or when
 * an element type is one that Reverie does not handle.
 */
export function readModel(bytes: Uint8Array): Model {
  let proto: types.ModelProto;
  try {
    proto = onnx.ModelProto.decode(bytes);
  } catch (cause) {
    throw invalidParameter("model", "not an ONNX model: the file cannot be parsed", {
      advice: ["export it again"],
      cause,
    });
  }
  if (!proto.graph || (proto.graph.node ?? []).length === 0) {
    throw invalidParameter("model", "not an ONNX model: it has no graph", { advice: ["export it again"] });
  }
  const standard = proto.opsetImport.find(({ domain }) => !domain || domain === "ai.onnx");
  return {
    graph: readGraph({ ...proto.graph, node: withFunctionsInlined(proto.graph.node ?? [], proto.functions) }),
    opset: standard?.version ? Number(standard.version) : 1,
    metadata: Object.fromEntries(proto.metadataProps.map(({ key, value }) => [key ?? "", value ?? ""])),
  };
}

function readGraph(proto: types.IGraphProto): Graph {
  const initializers = new Map<string, Tensor>();
  for (const tensor of proto.initializer ?? []) initializers.set(tensor.name ?? "", readTensor(tensor));
  return {
    name: proto.name ?? "",
    // Before IR version 4 every initializer was listed among the inputs, too.
    inputs: (proto.input ?? []).map(readValueInfo).filter(({ name }) => !initializers.has(name)),
    outputs: (proto.output ?? []).map(readValueInfo),
    nodes: (proto.node ?? []).map(readNode),
    initializers,
  };
}

function readNode(proto: types.INodeProto): Node {
  const outputs = proto.output ?? [];
  const domain = proto.domain === "ai.onnx" ? "" : proto.domain ?? "";
  const attributes = Object.fromEntries((proto.attribute ?? []).map((a) => [a.name ?? "", readAttribute(a)]));
  return {
    name: proto.name || outputs[0] || "",
    op: proto.opType ?? "",
    domain,
    inputs: proto.input ?? [],
    outputs,
    attributes,
  };
}

const utf8 = new TextDecoder();

function readAttribute(proto: types.IAttributeProto): Attribute {
  switch (proto.type as number) {
    case attributeCode.float:
      return { kind: "float", value: proto.f ?? 0 };
    case attributeCode.int:
      return { kind: "int", value: Number(proto.i ?? 0) };
    case attributeCode.string:
      return { kind: "string", value: utf8.decode(proto.s ?? new Uint8Array()) };
    case attributeCode.tensor:
      return { kind: "tensor", value: readTensor(proto.t ?? {}) };
    case attributeCode.graph:
      return { kind: "graph", value: readGraph(proto.g ?? {}) };
    case attributeCode.floats:
      return { kind: "floats", value: proto.floats ?? [] };
    case attributeCode.ints:
      return { kind: "ints", value: (proto.ints ?? []).map(Number) };
    case attributeCode.strings:
      return { kind: "strings", value: (proto.strings ?? []).map((s) => utf8.decode(s)) };
    default:
      throw invalidParameter(
        "model",
        `unsupported ONNX model: attribute ${proto.name} is of an unknown kind`,
      );
  }
}

function readValueInfo(proto: types.IValueInfoProto): ValueInfo {
  const tensor = proto.type?.tensorType;
  const info: ValueInfo = {
    name: proto.name ?? "",
    type: requireType(tensor?.elemType ?? 0, `value ${proto.name}`),
  };
  if (tensor?.shape) info.dims = (tensor.shape.dim ?? []).map(readDimension);
  return info;
}

/** protobufjs leaves unset members of a oneof null or at their default: a size of 0 stands for "not known". */
function readDimension(proto: types.TensorShapeProto.IDimension): Dimension {
  return proto.dimParam || Number(proto.dimValue ?? 0) || "";
}

function requireType(code: number, what: string): ElementType {
  const type = elementTypeOf(code);
  if (!type) {
    throw invalidParameter("model", `unsupported ONNX model: ${what} has element type ${code}`);
  }
  return type;
}

function readTensor(proto: types.ITensorProto): Tensor {
  if ((proto.dataLocation as number) === 1) {
    throw invalidParameter("model", "unsupported ONNX model: its tensors lie in a second file", {
      advice: ["save it as one file"],
    });
  }
  const type = requireType(proto.dataType ?? 0, `tensor ${proto.name}`);
  const dims = (proto.dims ?? []).map(Number);
  const data = proto.rawData?.length ? fromRawBytes(type, proto.rawData) : fromTypedFields(type, proto);
  if (data.length !== elementCount(dims)) {
    throw invalidParameter(
      "model",
      `damaged ONNX model: tensor ${proto.name} has ${data.length} elements, not [${dims}]`,
    );
  }
  return { type, dims, data };
}

function fromRawBytes(type: ElementType, raw: Uint8Array): Tensor["data"] {
  // The bytes lie anywhere in the file; typed arrays need them aligned.
  const aligned = Uint8Array.from(raw);
  const array = arrayType(type);
  return new array(aligned.buffer, 0, Math.floor(aligned.byteLength / array.BYTES_PER_ELEMENT));
}

function fromTypedFields(type: ElementType, proto: types.ITensorProto): Tensor["data"] {
  switch (type) {
    case "float32":
      return Float32Array.from(proto.floatData ?? []);
    case "float64":
      return Float64Array.from(proto.doubleData ?? []);
    case "int64":
      return BigInt64Array.from((proto.int64Data ?? []).map((value) => BigInt(value.toString())));
    default:
      // int32, int8, uint8, bool and the bits of float16 share one field.
      return narrowed(type, proto.int32Data ?? []);
  }
}

function narrowed(type: ElementType, values: number[]): Tensor["data"] {
  const array = new (arrayType(type))(values.length) as Uint8Array;
  array.set(values);
  return array;
}
