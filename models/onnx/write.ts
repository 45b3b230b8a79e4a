import type { Attribute, Dimension, Graph, Model, Node, Tensor, ValueInfo } from "./model.ts";
import { elementTypeCode } from "./build.ts";
import { attributeCode, onnx } from "./proto.ts";
import type { onnx as types } from "onnx-proto";

/** Version of the file format that goes with operator set 17 (ONNX 1.12). */
const irVersion = 8;

/** The model as the bytes of an ONNX file. Models of 2 GB and more are beyond protobuf and throw a RangeError. */
export function writeModel(model: Model): Uint8Array<ArrayBuffer> {
  const proto = onnx.ModelProto.create({
    irVersion,
    producerName: "reverie",
    opsetImport: [
      { domain: "", version: model.opset },
      ...customDomains(model.graph).map((domain) => ({ domain, version: 1 })),
    ],
    metadataProps: Object.entries(model.metadata).map(([key, value]) => ({ key, value })),
    graph: writeGraph(model.graph),
  });
  // protobufjs hands out slices of a shared pool; a copy owns its memory and may be moved to another thread.
  return new Uint8Array(onnx.ModelProto.encode(proto).finish());
}

function customDomains(graph: Graph): string[] {
  return [...new Set(graph.nodes.map(({ domain }) => domain))].filter((domain) => domain !== "");
}

function writeGraph(graph: Graph): types.IGraphProto {
  return {
    name: graph.name,
    input: graph.inputs.map(writeValueInfo),
    output: graph.outputs.map(writeValueInfo),
    node: graph.nodes.map(writeNode),
    initializer: [...graph.initializers].map(([name, tensor]) => ({ name, ...writeTensor(tensor) })),
  };
}

function writeNode(node: Node): types.INodeProto {
  return {
    name: node.name,
    opType: node.op,
    domain: node.domain,
    input: node.inputs,
    output: node.outputs,
    attribute: Object.entries(node.attributes).map(([name, attribute]) => ({
      name,
      ...writeAttribute(attribute),
    })),
  };
}

const utf8 = new TextEncoder();

function writeAttribute(attribute: Attribute): types.IAttributeProto {
  const type = attribute.kind === "other" || attribute.kind === "reference"
    ? 0
    : attributeCode[attribute.kind];
  switch (attribute.kind) {
    case "int":
      return { type, i: attribute.value };
    case "ints":
      return { type, ints: attribute.value };
    case "float":
      return { type, f: attribute.value };
    case "floats":
      return { type, floats: attribute.value };
    case "string":
      return { type, s: utf8.encode(attribute.value) };
    case "strings":
      return { type, strings: attribute.value.map((text) => utf8.encode(text)) };
    case "tensor":
      return { type, t: writeTensor(attribute.value) };
    case "graph":
      return { type, g: writeGraph(attribute.value) };
    case "reference":
    case "other":
      throw new Error("an attribute of an unknown kind cannot be written");
  }
}

function writeTensor({ type, dims, data }: Tensor): types.ITensorProto {
  return {
    dataType: elementTypeCode[type],
    dims,
    rawData: new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
  };
}

function writeValueInfo({ name, type, dims }: ValueInfo): types.IValueInfoProto {
  const shape = dims && { dim: dims.map(writeDimension) };
  return { name, type: { tensorType: { elemType: elementTypeCode[type], ...(shape && { shape }) } } };
}

function writeDimension(size: Dimension): types.TensorShapeProto.IDimension {
  if (typeof size === "number") return { dimValue: size };
  return size === "" ? {} : { dimParam: size };
}
