/** The protobuf messages of ONNX, from the kept library `onnx-proto` (a CommonJS module, hence the default import). */
import * as onnxProto from "onnx-proto";
import type { ElementType } from "./model.ts";
import { elementTypeCode } from "./build.ts";

type OnnxNamespace = typeof import("onnx-proto").onnx;
const commonJs = onnxProto as unknown as { default: { onnx: OnnxNamespace } };

/** Message classes (`ModelProto`, `GraphProto`, …). */
export const onnx = commonJs.default.onnx;

/** AttributeProto.AttributeType: the tag that says which field of an attribute is set. */
export const attributeCode = {
  float: 1,
  int: 2,
  string: 3,
  tensor: 4,
  graph: 5,
  floats: 6,
  ints: 7,
  strings: 8,
} as const;

const typeByCode = new Map(
  Object.entries(elementTypeCode).map(([type, code]) => [code, type as ElementType]),
);

/** The element type behind a TensorProto.DataType number. */
export function elementTypeOf(code: number): ElementType {
  return typeByCode.get(code) ?? "other";
}
