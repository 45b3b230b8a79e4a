/** Ground truth of optical flow benchmarks: reads Middlebury's `.flo` files and computes the end-point error. */
import { ReverieError } from "../errors.ts";
import type { FlowField } from "./flow.ts";

const TAG = 202021.25;
const HEADER_BYTES = 12;
/** Values beyond this mean that the true motion is unknown. */
const UNKNOWN = 1e9;

/**
 * Reads a `.flo` file: float32 202021.25, int32 width, int32 height, then u and v of each pixel row by row, all little
 * endian (Baker et al. 2011). Values beyond 1e9 mean unknown and are kept as they are.
 *
 * @throws {ReverieError} if the bytes are not a complete `.flo` file.
 */
export function readFlo(bytes: Uint8Array): FlowField {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.byteLength < HEADER_BYTES || view.getFloat32(0, true) !== TAG) {
    throw new ReverieError("invalid_parameter", "not a .flo file: it must begin with the float 202021.25");
  }
  const width = view.getInt32(4, true);
  const height = view.getInt32(8, true);
  const count = width * height;
  if (width < 1 || height < 1 || bytes.byteLength !== HEADER_BYTES + 8 * count) {
    throw new ReverieError(
      "invalid_parameter",
      `the .flo file of ${width}x${height} has ${bytes.byteLength} bytes`,
      { advice: ["fetch it again"] },
    );
  }
  const data = new Float32Array(2 * count);
  for (let i = 0; i < count; i++) {
    data[i] = view.getFloat32(HEADER_BYTES + 8 * i, true);
    data[count + i] = view.getFloat32(HEADER_BYTES + 8 * i + 4, true);
  }
  return { width, height, data };
}

/**
 * The mean end-point error (EPE) in pixels: the distance between estimated and true motion, averaged over the pixels
 * whose true motion is known. NaN if there are none.
 *
 * @throws {RangeError} if the fields differ in size.
 */
export function endPointError(estimated: FlowField, truth: FlowField): number {
  if (estimated.width !== truth.width || estimated.height !== truth.height) {
    throw new RangeError(
      `flow of ${estimated.width}x${estimated.height} compared with truth of ${truth.width}x${truth.height}`,
    );
  }
  const count = truth.width * truth.height;
  let sum = 0;
  let known = 0;
  for (let i = 0; i < count; i++) {
    const u = truth.data[i]!;
    const v = truth.data[count + i]!;
    if (Math.abs(u) > UNKNOWN || Math.abs(v) > UNKNOWN) continue;
    sum += Math.hypot(estimated.data[i]! - u, estimated.data[count + i]! - v);
    known++;
  }
  return sum / known;
}
