/** Estimates the memory of a rendering before it begins. */
import { invalidParameter } from "../../models/errors.ts";
import { line } from "../../models/line.ts";
import { type InputSizes, inputSizes } from "../../models/networks/input_sizes.ts";
import type { Network } from "../../models/networks/network.ts";
import { weightBytes, workingMemory } from "../../models/onnx/working_memory.ts";
import { dreamGradientGraph } from "../dreamer/step_graph.ts";
import type { Size } from "../graphs/picture.ts";
import type { Parameters } from "../settings/parameters.ts";
import { subject } from "../settings/subject.ts";
import { planOctaves } from "../dreamer/octaves.ts";

/** Memory of one gradient step. */
interface StepMemory {
  /** Bytes for each pixel of an octave. */
  pixel: number;
  /** Bytes of the network's weights. */
  weights: number;
  /** The sizes at which the network runs. */
  sizes: InputSizes;
}

/**
 * What onnxruntime takes on the CPU: a multiple of the values of the gradient's graph, since its convolutions need
 * buffers; each octave's weights, also in the layout of its kernels; and a fixed part. From the peak resident memory
 * of GoogLeNet, InceptionV3, MobileFaceNet and dlib's network from 256 to 1024 pixels, whose multiples are 1.8 to 2.4.
 */
const factors = { values: 2.5, weights: 3, fixed: 120e6 };

/**
 * Bytes for each pixel of the working size and of the source: pictures on their way through the stages, as floats and
 * as bytes.
 */
const pictures = { working: 150, source: 100 };

/** Least side at which a gradient is measured, in pixels. */
const leastMeasuredSide = 256;

/** Measured gradients; the last few suffice, since most dreams differ only in their sizes. */
const measured = new Map<string, StepMemory>();
const mostMeasured = 100;

/** The memory of a gradient step if it has been measured before. */
export function knownStepMemory(parameters: Parameters): StepMemory | undefined {
  return measured.get(gradientKey(parameters));
}

/**
 * The memory of a gradient step, measured on its graph.
 *
 * @throws {ReverieError} for layers or channels that the network does not have
 */
export function stepMemory(network: Network, parameters: Parameters): StepMemory {
  const known = knownStepMemory(parameters);
  if (known) return known;
  const layers = parameters.layers ?? network.defaultLayers;
  const sizes = inputSizes(network, layers);
  const size = measuredSize(sizes);
  const graph = dreamGradientGraph(network, size, {
    ...parameters,
    layers,
    forms: { maxPool: "codes" },
  });
  const memory = { pixel: workingMemory(graph) / area(size), weights: weightBytes(graph), sizes };
  if (measured.size >= mostMeasured) measured.delete(measured.keys().next().value!);
  measured.set(gradientKey(parameters), memory);
  return memory;
}

/** The size at which a gradient is measured. */
function measuredSize({ smallest, multiple, only }: InputSizes): Size {
  const side = Math.ceil(Math.max(leastMeasuredSide, smallest) / multiple) * multiple;
  return only ?? { width: side, height: side };
}

/** The settings on which the graph of a gradient depends, besides its size. */
const deciding = Object.keys(subject) as (keyof typeof subject)[];

function gradientKey(parameters: Parameters): string {
  return JSON.stringify(deciding.map((name) => parameters[name] ?? null));
}

/** Estimate of the memory that a rendering takes on the CPU without its optical flow, in bytes. */
export function renderingBytes(
  step: StepMemory,
  { source, working, parameters }: { source: Size; working: Size; parameters: Parameters },
): number {
  const { sizes } = planOctaves(working, parameters, step.sizes);
  const steps = sizes.map((size) =>
    factors.values * step.pixel * area(size) + factors.weights * step.weights
  );
  const whole = pictures.source * area(source) + pictures.working * area(working);
  return factors.fixed + whole + steps.reduce((sum, bytes) => sum + bytes);
}

/**
 * Refuses a rendering that takes more memory than it may.
 *
 * @param room bytes that it may take
 * @throws {ReverieError} naming the setting to lower
 */
export function requireMemory(bytes: number, room: number, working: Size, { octaves }: Parameters): void {
  if (bytes <= room) return;
  const size = `${working.width}x${working.height}`;
  const needed = `the dream needs about ${
    gigabytes(bytes, Math.ceil)
  } GB of memory at ${size} with ${octaves} octaves`;
  const may = `${gigabytes(Math.max(0, room), Math.floor)} GB`;
  throw invalidParameter("imageSize", `${needed} and may take ${may} here`, {
    advice: [line`lower ${{ field: "imageSize" }}`, line`lower ${{ field: "octaves" }}`],
  });
}

function gigabytes(bytes: number, round: (value: number) => number): number {
  return round(bytes / 1e8) / 10;
}

function area({ width, height }: Size): number {
  return width * height;
}
