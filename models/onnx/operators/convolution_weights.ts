import { elementCount, type Tensor } from "../model.ts";
import { strided, stridesOf } from "./strided.ts";

/**
 * Kernels for the gradient of a convolution of stride 1: [out, in/groups, …] becomes [in, out/groups, …], turned by
 * 180 degrees in space.
 */
export function flippedWeights(weight: Tensor, groups: number): Tensor {
  const [out, inner, ...kernel] = weight.dims as [number, number, ...number[]];
  const [outStep, innerStep, ...kernelSteps] = stridesOf(weight.dims) as [number, number, ...number[]];
  const share = out / groups;
  const dims = [groups, inner, share, ...kernel];
  const steps = [share * outStep, innerStep, outStep, ...kernelSteps.map((step) => -step)];
  const last = kernel.reduce((sum, size, axis) => sum + (size - 1) * kernelSteps[axis]!, 0);
  const view = strided(weight, dims, steps, last);
  return { ...view, dims: [groups * inner, share, ...kernel] };
}

/** Kernels of the sub-pixel form, and the outermost taps: block `t` reads gradients `t + first … t + last`. */
export interface SubPixelWeights {
  tensor: Tensor;
  first: number[];
  last: number[];
}

/**
 * Kernels for the gradient of a two-dimensional convolution with a stride. Element `q = stride t + phase` of the
 * input meets output `t + j` through tap `k = phase + pad - stride j`; so the gradient of every phase is a convolution
 * of stride 1 over j. The phases become channels in the order of DepthToSpace's DCR mode:
 * [out, in, kh, kw] becomes [stride * stride * in, out, last - first + 1, …].
 */
export function subPixelWeights(weight: Tensor, stride: number, padsBegin: number[]): SubPixelWeights {
  const [out, inner, ...kernel] = weight.dims as [number, number, number, number];
  const first = kernel.map((size, axis) => Math.ceil((padsBegin[axis]! - size + 1) / stride));
  const last = padsBegin.map((pad) => Math.floor((stride - 1 + pad) / stride));
  const [height, width] = [last[0]! - first[0]! + 1, last[1]! - first[1]! + 1];
  const dims = [stride * stride * inner, out, height, width];
  const data = new Float32Array(elementCount(dims));
  const [outStep, innerStep, rowStep] = stridesOf(weight.dims) as [number, number, number];
  let to = 0;
  for (let channel = 0; channel < dims[0]!; channel++) {
    const phase = Math.floor(channel / inner);
    const top = Math.floor(phase / stride) + padsBegin[0]!;
    const left = phase % stride + padsBegin[1]!;
    for (let from = 0; from < out; from++) {
      const base = from * outStep + (channel % inner) * innerStep;
      for (let i = 0; i < height; i++) {
        for (let j = 0; j < width; j++, to++) {
          const row = top - stride * (first[0]! + i);
          const column = left - stride * (first[1]! + j);
          const inside = row >= 0 && row < kernel[0]! && column >= 0 && column < kernel[1]!;
          if (inside) data[to] = Number(weight.data[base + row * rowStep + column]!);
        }
      }
    }
  }
  return { tensor: { type: "float32", dims, data }, first, last };
}
