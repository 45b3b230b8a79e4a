import type { Model } from "../onnx/model.ts";

/** How an RGB picture in [0, 1] becomes a network's input: `(pixel - mean) * scale`, then the channel order. */
export interface Preprocessing {
  /** One value per RGB channel, in [0, 1]. */
  mean: [number, number, number];
  /** One factor per RGB channel. */
  scale: [number, number, number];
  channelOrder: "rgb" | "bgr";
}

/** A network to dream with: its input is one picture, [1, 3, height, width]. */
export interface Network {
  /** Its name in the catalog, or the path of its file. */
  name: string;
  /** Catalog name of the known network that it is, even if it comes from a file of the user; otherwise `other`. */
  kind: string;
  model: Model;
  preprocessing: Preprocessing;
  /** Layers to dream with unless the user names others. */
  readonly defaultLayers: string[];
  /** Smallest height and width, in pixels, at which the default layers exist. */
  minimumSize: number;
}

/** Preprocessing of torchvision's networks. */
export const imageNetPreprocessing: Preprocessing = {
  mean: [0.485, 0.456, 0.406],
  scale: [1 / 0.229, 1 / 0.224, 1 / 0.225],
  channelOrder: "rgb",
};
