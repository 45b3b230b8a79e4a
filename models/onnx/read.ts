/** Reads ONNX files. Weights stay where they are in the file's bytes, or in files beside it, until they are asked for. */
import { invalidParameter, ReverieError } from "../errors.ts";
import { withFunctionsInlined } from "./functions.ts";
import { EndsEarlyError, type Field, fieldsOf, intOf, Numbers, text } from "./messages.ts";
import type { Attribute, Dimension, FunctionDefinition, Graph, Model, Node, ValueInfo } from "./model.ts";
import { attributeCode, elementTypeOf } from "./proto.ts";
import type { TensorSource } from "./external_data.ts";
import { readTensor } from "./read_tensor.ts";

/** Options of {@link readModel}. */
export interface ReadOptions {
  /** The folder of the file, where the files lie that may hold its weights (external data). Default: they are refused. */
  folder?: string;
}

/**
 * Reads an ONNX file's bytes. Element types and attributes that Reverie does not handle are read as "other": what needs
 * them is refused when it is used, since most networks only have them above the layers that dream. The bytes must not
 * change afterwards.
 *
 * @throws {ReverieError} if the bytes are not an ONNX model, or if one of its files of weights is missing or too short
 */
export function readModel(bytes: Uint8Array, { folder }: ReadOptions = {}): Model {
  try {
    return readWhole(bytes, { folder, checked: new Map() });
  } catch (cause) {
    if (cause instanceof ReverieError) throw cause;
    // The first field of an ONNX file is a small number, the version of the format.
    const isCutShort = cause instanceof EndsEarlyError && bytes[0] === 8 && (bytes[1] ?? 255) < 64;
    const wrong = isCutShort ? "a damaged ONNX model: it ends in the middle" : notOnnx(bytes);
    const advice = isCutShort ? "fetch it again" : "export it again";
    throw invalidParameter("model", wrong, { advice: [advice], cause });
  }
}

/** What users have under the name of a network when a download went wrong. */
function notOnnx(bytes: Uint8Array): string {
  const start = new TextDecoder().decode(bytes.subarray(0, 100)).trimStart().toLowerCase();
  if (start.startsWith("version https://git-lfs")) {
    return "not an ONNX model: it is a pointer of Git LFS, which stands for a file that has not been fetched (git lfs pull)";
  }
  if (start.startsWith("<!doctype") || start.startsWith("<html")) {
    return "not an ONNX model: it is a web page";
  }
  return "not an ONNX model: the file cannot be parsed";
}

function readWhole(bytes: Uint8Array, source: TensorSource): Model {
  const metadata: Record<string, string> = {};
  const functions: FunctionDefinition[] = [];
  let graph: Graph | undefined;
  let opset = 1;
  for (const field of fieldsOf(bytes)) {
    if (field.number === 7) graph = readGraph(field.bytes, source);
    else if (field.number === 8) {
      const { domain, version } = readOpset(field.bytes);
      if (domain === "") opset = version;
    } else if (field.number === 14) {
      const [key, value] = texts(field.bytes, 1, 2);
      metadata[key!] = value!;
    } else if (field.number === 25) functions.push(readFunction(field.bytes, source));
  }
  if (!graph || graph.nodes.length === 0) {
    throw invalidParameter("model", "not an ONNX model: it has no graph", { advice: ["export it again"] });
  }
  return { graph: withFunctionsInlined(graph, functions), opset, metadata };
}

function readOpset(bytes: Uint8Array): { domain: string; version: number } {
  const opset = { domain: "", version: 1 };
  for (const field of fieldsOf(bytes)) {
    if (field.number === 1) opset.domain = standard(text(field));
    else if (field.number === 2) opset.version = intOf(field);
  }
  return opset;
}

/** The standard domain has two names. */
function standard(domain: string): string {
  return domain === "ai.onnx" ? "" : domain;
}

/** Two fields of text. */
function texts(bytes: Uint8Array, ...numbers: number[]): string[] {
  const found = numbers.map(() => "");
  for (const field of fieldsOf(bytes)) {
    const index = numbers.indexOf(field.number);
    if (index !== -1) found[index] = text(field);
  }
  return found;
}

function readGraph(bytes: Uint8Array, source: TensorSource): Graph {
  const graph: Graph = { name: "", inputs: [], outputs: [], nodes: [], initializers: new Map() };
  for (const field of fieldsOf(bytes)) {
    if (field.number === 1) graph.nodes.push(readNode(field.bytes, source));
    else if (field.number === 2) graph.name = text(field);
    else if (field.number === 5) {
      const { name, tensor } = readTensor(field.bytes, source);
      if (name !== "") graph.initializers.set(name, tensor);
    } else if (field.number === 11) graph.inputs.push(readValueInfo(field.bytes));
    else if (field.number === 12) graph.outputs.push(readValueInfo(field.bytes));
  }
  // Before version 4 of the format every initializer was listed among the inputs, too.
  const inputs = graph.inputs.filter(({ name }) => !graph.initializers.has(name));
  return { ...graph, inputs };
}

function readNode(bytes: Uint8Array, source: TensorSource): Node {
  const node: Node = { name: "", op: "", domain: "", inputs: [], outputs: [], attributes: {} };
  const attributes: [string, Attribute][] = [];
  for (const field of fieldsOf(bytes)) {
    if (field.number === 1) node.inputs.push(text(field));
    else if (field.number === 2) node.outputs.push(text(field));
    else if (field.number === 3) node.name = text(field);
    else if (field.number === 4) node.op = text(field);
    else if (field.number === 5) attributes.push(readAttribute(field.bytes, source));
    else if (field.number === 7) node.domain = standard(text(field));
  }
  return { ...node, name: node.name || node.outputs[0] || "", attributes: Object.fromEntries(attributes) };
}

/** Reads an attribute; one that a function takes from its call has the kind "reference". */
function readAttribute(bytes: Uint8Array, source: TensorSource): [string, Attribute] {
  let name = "", reference = "";
  let code = 0;
  const byNumber = new Map<number, Field[]>();
  for (const field of fieldsOf(bytes)) {
    if (field.number === 1) name = text(field);
    else if (field.number === 20) code = intOf(field);
    else if (field.number === 21) reference = text(field);
    else byNumber.set(field.number, [...byNumber.get(field.number) ?? [], field]);
  }
  // Before version 2 of the format the kind is not written down. The field that is set has its number plus 1.
  code ||= ([...byNumber.keys()].find((number) => number >= 2 && number <= 9) ?? 1) - 1;
  const attribute = reference === "" ? valueOf(code, (n) => byNumber.get(n) ?? [], source) : {
    kind: "reference" as const,
    value: reference,
  };
  return [name, attribute];
}

function valueOf(code: number, fields: (number: number) => Field[], source: TensorSource): Attribute {
  const last = (number: number) => fields(number).at(-1);
  switch (code) {
    case attributeCode.float:
      return { kind: "float", value: floats(fields(2))[0] ?? 0 };
    case attributeCode.int:
      return { kind: "int", value: last(3) ? intOf(last(3)!) : 0 };
    case attributeCode.string:
      return { kind: "string", value: last(4) ? text(last(4)!) : "" };
    case attributeCode.tensor:
      return { kind: "tensor", value: readTensor(last(5)?.bytes ?? new Uint8Array(), source).tensor };
    case attributeCode.graph:
      return { kind: "graph", value: readGraph(last(6)?.bytes ?? new Uint8Array(), source) };
    case attributeCode.floats:
      return { kind: "floats", value: floats(fields(7)) };
    case attributeCode.ints:
      return { kind: "ints", value: numbers(fields(8)).ints() };
    case attributeCode.strings:
      return { kind: "strings", value: fields(9).map(text) };
    default:
      return { kind: "other", value: undefined };
  }
}

function numbers(fields: Field[]): Numbers {
  const all = new Numbers();
  for (const field of fields) all.add(field);
  return all;
}

function floats(fields: Field[]): number[] {
  return Array.from(new Float32Array(numbers(fields).copied().buffer));
}

function readValueInfo(bytes: Uint8Array): ValueInfo {
  const info: ValueInfo = { name: "", type: "other" };
  for (const field of fieldsOf(bytes)) {
    if (field.number === 1) info.name = text(field);
    else if (field.number === 2) Object.assign(info, readType(field.bytes));
  }
  return info;
}

/** Type and shape of a tensor; nothing of a sequence, a map or an optional value. */
function readType(bytes: Uint8Array): Partial<ValueInfo> {
  const info: Partial<ValueInfo> = {};
  for (const { number, bytes: tensor } of fieldsOf(bytes)) {
    if (number !== 1) continue;
    for (const field of fieldsOf(tensor)) {
      if (field.number === 1) info.type = elementTypeOf(intOf(field));
      else if (field.number === 2) {
        info.dims = Array.from(fieldsOf(field.bytes)).filter(({ number }) => number === 1)
          .map(({ bytes }) => readDimension(bytes));
      }
    }
  }
  return info;
}

/** A size of 0 or less stands for one that is not known. */
function readDimension(bytes: Uint8Array): Dimension {
  for (const field of fieldsOf(bytes)) {
    if (field.number === 1) return Math.max(0, intOf(field)) || "";
    if (field.number === 2) return text(field);
  }
  return "";
}

function readFunction(bytes: Uint8Array, source: TensorSource): FunctionDefinition {
  const definition: FunctionDefinition = {
    ...{ name: "", domain: "", opset: 1 },
    ...{ inputs: [], outputs: [], nodes: [], defaults: {} },
  };
  for (const field of fieldsOf(bytes)) {
    if (field.number === 1) definition.name = text(field);
    else if (field.number === 4) definition.inputs.push(text(field));
    else if (field.number === 5) definition.outputs.push(text(field));
    else if (field.number === 7) definition.nodes.push(readNode(field.bytes, source));
    else if (field.number === 9) {
      const { domain, version } = readOpset(field.bytes);
      if (domain === "") definition.opset = version;
    } else if (field.number === 10) definition.domain = standard(text(field));
    else if (field.number === 11) {
      const [name, attribute] = readAttribute(field.bytes, source);
      definition.defaults[name] = attribute;
    }
  }
  return definition;
}
