import { statSync } from "node:fs";
import { basename, join } from "node:path";
import { cacheFolder } from "./cache.ts";
import { invalidParameter } from "./errors.ts";
import { type Line, line } from "./line.ts";
import { copyCache } from "./package_download.ts";
import { readDlibFace } from "./networks/dlib_face.ts";
import { buildGoogLeNet, caffePreprocessing } from "./networks/googlenet.ts";
import { publishedFiles, readPublishedFiles } from "./networks/googlenet/published_files.ts";
import { readZooFile } from "./networks/googlenet/zoo_file.ts";
import { buildInceptionV3 } from "./networks/inception_v3.ts";
import { readKerasWeights } from "./networks/keras_weights.ts";
import type { Network, Preprocessing } from "./networks/network.ts";
import { readModel } from "./onnx/read.ts";
import { fetchFromSources, type PullOptions, type Source } from "./sources.ts";

/** A network that can be fetched by name, and what a user should know before using it. */
export interface CatalogEntry {
  name: string;
  title: string;
  licence: string;
  /** What it is for: dreaming, or finding the motion between frames. */
  purpose: "dream" | "flow";
  /** Where to fetch it from, in the order in which the sources are tried; at least one. */
  sources: readonly [Source, ...Source[]];
  /** What the user can do if no source can be reached. */
  otherwise?: Line;
  /** The card: where the network comes from, what it was trained for, how it dreams. */
  card: string;
  /** Names of layers that make good dreams, from fine to deep; empty for a network that finds motion. */
  layers: string[];
  /** How to dream with it; absent for a network that finds motion. */
  dream?: DreamFacts;
}

/** What Reverie must know about a network to dream with it. */
export interface DreamFacts {
  preprocessing: Preprocessing;
  /** Layers to dream with unless the user names others. */
  defaultLayers: string[];
  /** Smallest height and width, in pixels, at which the default layers exist. */
  minimumSize: number;
}

/** Networks that can be fetched by name. */
export const catalog: readonly CatalogEntry[] = [{
  name: "inception-v3",
  title: "InceptionV3 (Szegedy et al. 2016), dreams of eyes and spirals",
  licence: "MIT, © 2019 Infinite Red, Inc.",
  purpose: "dream",
  sources: [{
    package: {
      spec: "nsfwjs@4.3.0",
      integrity:
        "sha512-WTKDte0vp1X97N1h34P79G/hG+sVT3+TnDz9di1WseIJR93v11E4viNX7Vg9WsO6HYoR772Nzq2iM8jo3XBZ+g==",
      size: 25_336_605,
    },
    read: (folder: string) =>
      buildInceptionV3(readKerasWeights(join(folder, "dist", "models", "inception_v3"))),
  }],
  card:
    "InceptionV3, pre-trained on ImageNet and fine-tuned by its authors as a classifier of image content\n" +
    "(safe or not safe for work), published in the npm package nsfwjs as an 8-bit quantised Keras model.\n" +
    "Reverie drops the classifier; it dreams with the lower and middle layers, which still see what ImageNet\n" +
    "taught them: strokes and scales in mixed0 to mixed2, eyes and spirals in mixed3, faces and creatures in\n" +
    "mixed4. From mixed5 on the picture turns to noise.",
  layers: ["mixed0", "mixed1", "mixed2", "mixed3", "mixed4", "mixed5", "mixed6", "mixed7"],
  dream: {
    preprocessing: { mean: [0.5, 0.5, 0.5], scale: [2, 2, 2], channelOrder: "rgb" },
    defaultLayers: ["mixed3"],
    minimumSize: 75,
  },
}, {
  name: "googlenet",
  title: "GoogLeNet (Szegedy et al. 2015), dreams of animals and buildings",
  licence: "unrestricted use (BVLC/caffe's model page)",
  purpose: "dream",
  sources: [{
    file: {
      url: "https://huggingface.co/onnxmodelzoo/googlenet-12/resolve/main/googlenet-12.onnx",
      sha256: "c99c507058eaf41de8723408fdda7db8325cb57f0a89f2ee07a716d6e963e14e",
      size: 28_021_836,
    },
    read: readZooFile,
  }, {
    files: publishedFiles,
    read: (files: ReadonlyMap<string, Uint8Array>) => buildGoogLeNet(readPublishedFiles(files)),
  }],
  otherwise: [{ remedy: "add" }],
  card:
    "BVLC GoogLeNet: the network that won ImageNet's challenge of 2014, as Sergio Guadarrama trained it anew for Caffe\n" +
    'at Berkeley and released it for unrestricted use. Mordvintsev, Olah and Tyka dreamed with it in "Inceptionism"\n' +
    "(2015): dogs, birds, insects, cars, towers, pagodas. Spots and eyes in inception_3b, fur and faces in 4a and 4b,\n" +
    "animals in 4c, animals and buildings in 4d and 4e; 5a is thin. The channels of loss3/classifier are ImageNet's\n" +
    "1000 classes. Layers are named as in Caffe (inception_4c/output, inception_4d/3x3_reduce) and taken after their\n" +
    "ReLU; inception_4d/3x3_reduce/pre_relu is the same before it. It comes from the ONNX model zoo in one file, or\n" +
    "with the same weights from caffejs in 116.",
  layers: [
    "conv2/norm2",
    "inception_3a/output",
    "inception_3b/output",
    "inception_4a/output",
    "inception_4b/output",
    "inception_4c/output",
    "inception_4d/output",
    "inception_4e/output",
    "inception_5a/output",
    "inception_5b/output",
    "loss3/classifier",
  ],
  dream: {
    preprocessing: caffePreprocessing,
    defaultLayers: ["inception_4c/output"],
    minimumSize: 64,
  },
}, {
  name: "mobilefacenet",
  title: "MobileFaceNet (Chen et al. 2018), dreams of faces",
  licence: "MIT, © 2021 gitguanqi",
  purpose: "dream",
  sources: [{
    package: {
      spec: "faceplugin-face-recognition-js@0.0.1",
      integrity:
        "sha512-shriXjd4zJHEwhK1jHK+bWo8Vv6Vu9B/w6RRsd4AFtNM/jaI2vhuOamOSMl9qQmLd8WlQ7dgqN+3C2iOi5pXWw==",
      size: 41_114_878,
    },
    read: (folder: string) => readModel(Deno.readFileSync(join(folder, "model", "fr_feature.onnx"))),
  }],
  card:
    "MobileFaceNet, which tells faces apart, published in the npm package faceplugin-face-recognition-js. Its\n" +
    "publishers do not say which pictures of people it was trained with. The package is a large download because\n" +
    "it holds eight other networks; Reverie keeps this one of 4.9 MB. It dreams of faces: woven bars with an eye\n" +
    "here and there in 392, faces of eyes, noses and mouths in 399, masks and teeth in 403, eyes and brows from\n" +
    "416 on. The layers are numbered as in the published file.",
  layers: ["392", "399", "403", "416", "420", "438"],
  dream: {
    preprocessing: { mean: [0.5, 0.5, 0.5], scale: [2, 2, 2], channelOrder: "bgr" },
    defaultLayers: ["399"],
    minimumSize: 64,
  },
}, {
  name: "dlib-face",
  title: "dlib's face recognition network (King 2017), dreams of drapery and marble",
  licence: "MIT, © Vladimir Mandic; dlib's weights: public domain",
  purpose: "dream",
  sources: [{
    package: {
      spec: "@vladmandic/face-api@1.7.15",
      integrity:
        "sha512-WDMmK3CfNLo8jylWqMoQgf4nIst3M0fzx1dnac96wv/dvMTN4DxC/Pq1DGtduDk1lktCamQ3MIDXFnvrdHTXDw==",
      size: 12_677_476,
    },
    read: (folder: string) => readDlibFace(join(folder, "model")),
  }],
  card:
    "A ResNet of 29 convolutions that tells faces apart. The author of dlib trained it on about three million faces\n" +
    "of 7,485 people, half of them from the FaceScrub and VGG data sets, half gathered from the web, and put it in\n" +
    "the public domain. The npm package @vladmandic/face-api has it with weights of mostly 8 bits. It dreams of\n" +
    "rows of eyes in conv32_3 and conv64_down, of drapery and carved marble in conv64_3 to conv128_2, of curls in\n" +
    "conv256_1.",
  layers: ["conv32_3", "conv64_down", "conv64_3", "conv128_down", "conv128_1", "conv128_2", "conv256_1"],
  dream: {
    preprocessing: {
      mean: [122.782 / 255, 117.001 / 255, 104.298 / 255],
      scale: [255 / 256, 255 / 256, 255 / 256],
      channelOrder: "rgb",
    },
    defaultLayers: ["conv128_down", "conv128_1"],
    minimumSize: 64,
  },
}, {
  name: "raft-small",
  title: "RAFT-small (Teed and Deng 2020), finds motion: the quick one",
  licence: "BSD-3-Clause, © Soumith Chintala 2016 (torchvision)",
  purpose: "flow",
  sources: [{
    file: {
      url: "https://download.pytorch.org/models/raft_small_C_T_V2-01064c6d.pth",
      sha256: "01064c6d",
      size: 4_006_600,
    },
  }],
  otherwise: [{ remedy: "nameFile", field: "flowModel" }],
  card:
    "RAFT with 990,162 parameters, trained by torchvision on FlyingChairs and FlyingThings3D, which are synthetic\n" +
    "(weights C_T_V2). Mean end-point error on Sintel: 1.99 px (clean), 3.28 px (final).",
  layers: [],
}, {
  name: "raft-large",
  title: "RAFT (Teed and Deng 2020), finds motion: the exact one, for GPUs",
  licence: "BSD-3-Clause, © Soumith Chintala 2016 (torchvision)",
  purpose: "flow",
  sources: [{
    file: {
      url: "https://download.pytorch.org/models/raft_large_C_T_SKHT_V2-ff5fadd5.pth",
      sha256: "ff5fadd5",
      size: 21_106_800,
    },
  }],
  otherwise: [{ remedy: "nameFile", field: "flowModel" }],
  card:
    "RAFT with 5,257,536 parameters, trained by torchvision on FlyingChairs and FlyingThings3D and then on Sintel,\n" +
    "KITTI, HD1K and FlyingThings3D together (weights C_T_SKHT_V2). More than four times the work of\n" +
    "raft-small: for GPUs.",
  layers: [],
}];

/**
 * Path at which a network of the catalog is kept once it has been fetched.
 *
 * @throws {ReverieError} if the catalog has no network of that name.
 */
export function cachedModelPath(name: string): string {
  const [source] = catalogEntry(name).sources;
  // A file that is stored unchanged keeps its published name, so that a user who has it can just copy it here.
  const published = "file" in source && !source.read ? basename(source.file.url) : undefined;
  return join(cacheFolder(), "networks", published ?? `${name}.onnx`);
}

/**
 * Path of a network of the catalog that is shipped with the program.
 *
 * @throws {ReverieError} if the catalog has no network of that name.
 */
export function shippedModelPath(name: string): string {
  const ending = catalogEntry(name).purpose === "flow" ? "safetensors" : "onnx";
  return join(import.meta.dirname!, "weights", `${name}.${ending}`);
}

/**
 * Whether a network of the catalog is on this machine.
 *
 * @throws {ReverieError} if the catalog has no network of that name.
 */
export function isHere(name: string): boolean {
  return placesOf(name).some((path) => statSync(path, { throwIfNoEntry: false })?.isFile() ?? false);
}

/** Paths at which a network may be, in the order in which they are tried. */
function placesOf(name: string): string[] {
  return [shippedModelPath(name), cachedModelPath(name)];
}

/**
 * Path of a network of the catalog, if it is on this machine. A shipped file takes precedence over a fetched one.
 *
 * @throws {ReverieError} if the catalog has no network of that name.
 */
export async function localModelPath(name: string): Promise<string | undefined> {
  for (const path of placesOf(name)) {
    if (await Deno.stat(path).then(({ isFile }) => isFile, () => false)) return path;
  }
  return undefined;
}

/** Whether the catalog has a network of that name. */
export function isInCatalog(name: string): boolean {
  return catalog.some((entry) => entry.name === name);
}

/**
 * The catalog's entry of that name.
 *
 * @throws {ReverieError} if there is none; the message lists the names.
 */
export function catalogEntry(name: string): CatalogEntry {
  const entry = catalog.find((candidate) => candidate.name === name);
  if (entry) return entry;
  const names = catalog.map((known) => known.name).join(", ");
  throw invalidParameter("model", `no network is named "${name}"; there are: ${names}`);
}

/**
 * Fetches a network unless it is already here, and converts it to ONNX if its source needs converting. Returns the
 * path of its file.
 *
 * @throws {ReverieError} if it is not here and cannot be fetched; see {@link fetchFromSources}.
 */
export async function pull(name: string, options: PullOptions = {}): Promise<string> {
  const entry = catalogEntry(name);
  const local = await localModelPath(name);
  if (local !== undefined) return local;
  const otherwise = entry.otherwise ?? copyCache;
  return await fetchFromSources(entry.sources, { name, target: cachedModelPath(name), otherwise }, options);
}

/**
 * How to dream with a network of the catalog.
 *
 * @throws {ReverieError} if the catalog has no such network, or if the network finds motion.
 */
export function dreamFacts(name: string): DreamFacts {
  const { dream } = catalogEntry(name);
  if (dream) return dream;
  throw invalidParameter(
    "model",
    line`${{ field: "model" }} ${name}: it finds motion; it is a network for ${{
      field: "flowModel",
    }}, not to dream with`,
  );
}

/**
 * A network of the catalog to dream with, fetched on first use.
 *
 * @throws {ReverieError} if the catalog has no such network, if the network finds motion, and as {@link pull} does.
 */
export async function openCatalogNetwork(name: string, options: PullOptions = {}): Promise<Network> {
  const dream = dreamFacts(name);
  const model = readModel(await Deno.readFile(await pull(name, options)));
  return { name, kind: name, model, ...dream };
}

/**
 * InceptionV3, fetched on first use.
 *
 * @throws {ReverieError} as {@link pull} does.
 */
export function inceptionV3(options: PullOptions = {}): Promise<Network> {
  return openCatalogNetwork("inception-v3", options);
}
