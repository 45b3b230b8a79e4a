import type { Model } from "../onnx/model.ts";

/** How a picture in [0, 1] RGB becomes a network's input: `(pixel - mean) * scale`, then the channel order. */
export interface Preprocessing {
  /** One value per RGB channel, in [0, 1]. */
  mean: [number, number, number];
  /** One factor per RGB channel. */
  scale: [number, number, number];
  channelOrder: "rgb" | "bgr";
}

/** A network that can dream: one picture input [1, 3, height, width]. */
export interface Network {
  /** Its name in the catalog, or the path of its file. */
  name: string;
  /** The catalog's name of the known network that it is, also where it comes from a file of the user's; else `other`. */
  kind: string;
  model: Model;
  preprocessing: Preprocessing;
  /** Layers to dream with unless the user names others. */
  defaultLayers: string[];
  /** Smallest height and width, in pixels, at which the default layers exist. */
  minimumSize: number;
}

/** What torchvision's networks are trained with. */
export const imageNetPreprocessing: Preprocessing = {
  mean: [0.485, 0.456, 0.406],
  scale: [1 / 0.229, 1 / 0.224, 1 / 0.225],
  channelOrder: "rgb",
};
