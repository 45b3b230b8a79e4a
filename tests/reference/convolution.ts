import { intAttribute, intsAttribute, stringAttribute } from "../../models/onnx/model.ts";
import { at, forEachIndex, generate, inside, type NdArray, positionOf } from "./nd_array.ts";
import { type Call, input, type Operators } from "./operator.ts";
import { slidingWindows } from "./windows.ts";

/** y[n, m, o] = b[m] + sum over c, k of x[n, c, o * stride + k * dilation - pad] w[m, c, k], by groups. */
function conv(call: Call): NdArray[] {
  const [x, w, bias] = [input(call, 0), input(call, 1), call.inputs[2]];
  const [batch, ...rest] = x.dims;
  const [filters, groupChannels, ...kernel] = w.dims;
  const windows = slidingWindows(call.node, rest.slice(1), kernel);
  const filtersPerGroup = filters! / intAttribute(call.node, "group", 1);
  const xSpatial = rest.slice(1);
  const source = new Array<number>(kernel.length);
  return [generate([batch!, filters!, ...windows.output], ([n, m, ...o]) => {
    const firstChannel = Math.floor(m! / filtersPerGroup) * groupChannels!;
    let sum = bias ? bias.data[m!]! : 0;
    forEachIndex(kernel, (k) => {
      for (let axis = 0; axis < k.length; axis++) {
        source[axis] = o[axis]! * windows.strides[axis]! + k[axis]! * windows.dilations[axis]! -
          windows.begin[axis]!;
      }
      if (!inside(xSpatial, source)) return;
      for (let c = 0; c < groupChannels!; c++) {
        sum += at(x, [n!, firstChannel + c, ...source]) * at(w, [m!, c, ...k]);
      }
    });
    return sum;
  })];
}

interface Geometry {
  strides: number[];
  dilations: number[];
  begin: number[];
  output: number[];
}

/** output = stride (input - 1) + output_padding + dilation (kernel - 1) + 1 - padding; see the specification. */
function transposedGeometry({ node }: Call, spatial: number[], kernel: number[]): Geometry {
  const rank = kernel.length;
  const strides = intsAttribute(node, "strides", new Array(rank).fill(1));
  const dilations = intsAttribute(node, "dilations", new Array(rank).fill(1));
  const extra = intsAttribute(node, "output_padding", new Array(rank).fill(0));
  const pads = intsAttribute(node, "pads", new Array(2 * rank).fill(0));
  const autoPad = stringAttribute(node, "auto_pad", "NOTSET");
  const full = spatial.map((size, i) =>
    strides[i]! * (size - 1) + extra[i]! + (kernel[i]! - 1) * dilations[i]! + 1
  );
  const same = autoPad.startsWith("SAME") ? spatial.map((size, i) => size * strides[i]!) : undefined;
  const wanted = node.attributes["output_shape"]
    ? intsAttribute(node, "output_shape", []).slice(-rank)
    : same;
  if (!wanted) {
    const output = full.map((size, i) => size - pads[i]! - pads[i + rank]!);
    return { strides, dilations, begin: pads.slice(0, rank), output };
  }
  // Specification: SAME_UPPER puts the smaller half of the padding first, everything else the larger half.
  const begin = wanted.map((size, i) => {
    const total = full[i]! - size;
    return autoPad === "SAME_UPPER" ? Math.floor(total / 2) : total - Math.floor(total / 2);
  });
  return { strides, dilations, begin, output: wanted };
}

/** Every input element adds its multiple of the kernel to the output, `stride` apart; padding crops the borders. */
function convTranspose(call: Call): NdArray[] {
  const [x, w, bias] = [input(call, 0), input(call, 1), call.inputs[2]];
  const [batch, channels, ...spatial] = x.dims;
  const [, groupFilters, ...kernel] = w.dims;
  const groups = intAttribute(call.node, "group", 1);
  const { strides, dilations, begin, output } = transposedGeometry(call, spatial, kernel);
  const dims = [batch!, groupFilters! * groups, ...output];
  const y = generate(dims, ([, m]) => bias ? bias.data[m!]! : 0);
  forEachIndex(x.dims, ([n, c, ...i], position) => {
    const group = Math.floor(c! / (channels! / groups));
    forEachIndex([groupFilters!, ...kernel], ([m, ...k]) => {
      const target = k.map((tap, axis) => i[axis]! * strides[axis]! + tap * dilations[axis]! - begin[axis]!);
      if (!inside(output, target)) return;
      const place = positionOf(dims, [n!, group * groupFilters! + m!, ...target]);
      y.data[place]! += x.data[position]! * at(w, [c!, m!, ...k]);
    });
  });
  return [y];
}

/** Convolutions over any number of spatial axes. */
export const convolution: Operators = { Conv: conv, ConvTranspose: convTranspose };
