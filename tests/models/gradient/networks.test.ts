import assert from "node:assert/strict";
import ort from "../../../models/engine/onnxruntime.ts";
import type { GradientForms } from "../../../models/gradient/differentiate.ts";
import { gradientModel } from "../../../models/gradient/gradient.ts";
import type { Model } from "../../../models/onnx/model.ts";
import { readModel } from "../../../models/onnx/read.ts";
import { writeModel } from "../../../models/onnx/write.ts";
import { relativeError } from "../../reference/check_gradient.ts";
import { sharedFile } from "../../shared_data.ts";
import { fetchedNetwork } from "../networks/fetched.ts";
import { testWith } from "../../needs.ts";

const googLeNet = sharedFile("weights/bvlc_googlenet.onnx");
const squeezeNet = sharedFile("weights/squeezenet1_1.onnx");
const inceptionV3 = await fetchedNetwork("inception-v3");

/** The output of tests/fixtures/make_reference.py. */
interface Reference {
  dims: [number, number, number, number];
  cases: { layers: string[]; loss: number; norm: number; samples: number[] }[];
}

/**
 * The reference is float64 and the networks run in float32: rounding errors of 6e-8 per operation add up to
 * about 2e-6 over their layers (5e-7 to 2e-6 on an AVX2 processor). The margin is wider because a ReLU or a
 * maximum whose inputs lie within that error of a tie may go the other way if sums are taken in another
 * order. Its gradient then flows elsewhere, which causes an error a thousand times larger than rounding.
 */
const tolerance = 1e-3;

const lossTolerance = 1e-5;

async function readReference(name: string): Promise<Reference> {
  return JSON.parse(await Deno.readTextFile(new URL(`../../fixtures/${name}`, import.meta.url)));
}

/**
 * The picture of make_reference.py, in [0, 1]; `normalize` maps a value and its channel to the network's
 * input.
 */
function picture(
  [, channels, height, width]: Reference["dims"],
  normalize: (value: number, channel: number) => number,
): Float32Array {
  const data = new Float32Array(channels * height * width);
  let position = 0;
  for (let c = 0; c < channels; c++) {
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const value = ((x * x + 3 * (c + 1) * x * y + 7 * y * y + 29 * c) % 256) / 255;
        data[position++] = normalize(value, c);
      }
    }
  }
  return data;
}

async function lossAndGradient(model: Model, dims: number[], data: Float32Array) {
  const session = await ort.InferenceSession.create(writeModel(model), { executionProviders: ["cpu"] });
  try {
    const name = model.graph.inputs[0]!.name;
    const { loss, gradient } = await session.run({ [name]: new ort.Tensor("float32", data, dims) });
    assert.deepEqual(gradient!.dims, dims);
    return { loss: (loss!.data as Float32Array)[0]!, gradient: gradient!.data as Float32Array };
  } finally {
    await session.release();
  }
}

type MaxPoolForm = Required<GradientForms>["maxPool"];

async function compare(model: Model, reference: Reference, data: Float32Array, maxPool: MaxPoolForm) {
  for (const { layers, loss, norm, samples } of reference.cases) {
    const differentiated = gradientModel(model, { layers, inputShape: reference.dims, maxPool });
    const run = await lossAndGradient(differentiated, reference.dims, data);
    const sampled = samples.map((_, i) => run.gradient[i * 7919 % data.length]!);
    const errors = {
      loss: Math.abs(run.loss / loss - 1),
      norm: Math.abs(Math.hypot(...run.gradient) / norm - 1),
      gradient: relativeError(sampled, samples),
    };
    const report = `${layers}: ${JSON.stringify(errors)}`;
    assert.ok(errors.loss < lossTolerance, report);
    assert.ok(errors.norm < tolerance, report);
    assert.ok(errors.gradient < tolerance, report);
  }
}

const mean = [0.485, 0.456, 0.406];
const deviation = [0.229, 0.224, 0.225];

/** Each channel's mean in BVLC GoogLeNet, blue first, 0-255. */
const caffeMean = [104, 117, 123];

/** For the gradient without elements affected by ties: ten times the rounding error. */
const exactTolerance = 1e-5;

/**
 * ||a - b|| / ||b|| without the 5% of elements that differ most, where a tie may have been broken
 * differently.
 */
function errorWithoutTies(a: number[], b: number[]): number {
  const places = b.map((_, i) => i).sort((i, j) => Math.abs(a[i]! - b[i]!) - Math.abs(a[j]! - b[j]!));
  const kept = places.slice(0, Math.floor(places.length * 0.95));
  return relativeError(kept.map((i) => a[i]!), kept.map((i) => b[i]!));
}

for (const maxPool of ["codes", "indices", "indexFree"] as const) {
  testWith(
    googLeNet,
    `BVLC GoogLeNet's gradient is PyTorch's at five layers, MaxPool ${maxPool}`,
    async () => {
      const model = readModel(await Deno.readFile(googLeNet.path));
      const { dims, cases } = await readReference("googlenet_gradient.json");
      const [, , height, width] = dims;
      const rgb = picture(dims, (value) => value * 255);
      const data = Float32Array.from(rgb, (_, i) => {
        const channel = Math.floor(i / (height * width));
        return rgb[(2 - channel) * height * width + i % (height * width)]! - caffeMean[channel]!;
      });
      for (const { layers, loss, norm, samples } of cases) {
        const differentiated = gradientModel(model, { layers, inputShape: dims, maxPool });
        const run = await lossAndGradient(differentiated, dims, data);
        const sampled = samples.map((_, i) => run.gradient[i * 7919 % data.length]!);
        const errors = {
          loss: Math.abs(run.loss / loss - 1),
          norm: Math.abs(Math.hypot(...run.gradient) / norm - 1),
          gradient: relativeError(sampled, samples),
          withoutTies: errorWithoutTies(sampled, samples),
        };
        const report = `${layers}: ${JSON.stringify(errors)}`;
        assert.ok(errors.loss < lossTolerance, report);
        assert.ok(errors.norm < tolerance, report);
        assert.ok(errors.gradient < tolerance, report);
        assert.ok(errors.withoutTies < exactTolerance, report);
      }
    },
  );
}

for (const maxPool of ["codes", "indexFree"] as const) {
  testWith(squeezeNet, `SqueezeNet's gradient is PyTorch's, MaxPool ${maxPool}`, async () => {
    const reference = await readReference("squeezenet_gradient.json");
    const data = picture(reference.dims, (value, c) => (value - mean[c]!) / deviation[c]!);
    await compare(readModel(await Deno.readFile(squeezeNet.path)), reference, data, maxPool);
  });

  testWith(inceptionV3, `InceptionV3's gradient is PyTorch's, MaxPool ${maxPool}`, async () => {
    const { model } = await inceptionV3.open();
    const reference = await readReference("inception_v3_gradient.json");
    await compare(model, reference, picture(reference.dims, (value) => value * 2 - 1), maxPool);
  });
}
