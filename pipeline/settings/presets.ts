/** Named looks. A look is made for one network, so a preset has one for each network that can dream it. */
import type { SomeParameters } from "./parameters.ts";
import { invalidParameter } from "../../models/errors.ts";

/** Settings chosen by looking at what one network dreams with them. */
export interface Look {
  /** The network's name in the catalogue. */
  network: string;
  settings: SomeParameters;
}

/** A named choice of settings, overridden by whatever else the user sets. */
export interface Preset {
  /** One line for the help and the page: what the dream looks like. */
  description: string;
  /** Best first. The last is for InceptionV3, which is available wherever npm is. */
  looks: readonly [Look, ...Look[]];
}

const googlenet = (settings: Look["settings"] = {}): Look => ({ network: "googlenet", settings });
const inceptionV3 = (settings: Look["settings"] = {}): Look => ({ network: "inception-v3", settings });

/**
 * The settings of Google's notebook of 2015 (dream.ipynb), except for what is carried from frame to frame.
 */
const notebook = {
  loss: "l2",
  octaves: 4,
  octaveScale: 1.4,
  octaveIterations: 10,
  firstIterations: 10,
  learningRate: 1.5,
  smoothing: "none",
  colour: 1,
  carry: "picture",
  blend: 0.5,
} as const satisfies Look["settings"];

/**
 * Layers near the input fill the picture sooner than the deeper ones that grow animals, so they get a gentler
 * dream with less colour.
 */
const gentle = {
  colour: 0.3,
  learningRate: 1.4,
  blend: 0.3,
  firstIterations: 8,
} as const satisfies Look["settings"];

/** InceptionV3's colours turn into rainbows if more of them is kept. */
const pale = {
  colour: 0.15,
  learningRate: 3,
  blend: 0.3,
  octaveScale: 1.4,
  firstIterations: 8,
} as const satisfies Look["settings"];

/** Few octaves, far apart: large shapes for little work. */
const wide = { octaves: 3, octaveScale: 1.8 } as const satisfies Look["settings"];

const quick = {
  imageSize: 320,
  ...wide,
  octaveIterations: 2,
  flowSize: 160,
} as const satisfies Look["settings"];

/** The look if no preset is named. */
export const plain: Preset = {
  description: "animals, people and cars grow out of the picture and move along with it",
  looks: [googlenet(), inceptionV3(pale)],
};

/** The presets by name. */
export const presets = {
  landscape: {
    description: "calm scenes: large birds, shells and eyes that stay and grow",
    looks: [
      googlenet({ layers: ["inception_4d/output"], colour: 0.5, blend: 0.08 }),
      inceptionV3({ ...pale, blend: 0.1 }),
    ],
  },
  motion: {
    description: "quick scenes: mostly the fresh frame, a light dream follows",
    looks: [
      googlenet({ blend: 0.6, octaveIterations: 4, learningRate: 2.5 }),
      inceptionV3({ ...pale, blend: 0.6, octaveIterations: 4, learningRate: 2.5 }),
    ],
  },
  art: {
    description: "peacocks, fish and tents in strong colours",
    looks: [
      googlenet({
        ...wide,
        layers: ["inception_4d/output", "inception_4e/output"],
        octaveIterations: 4,
        firstIterations: 16,
        learningRate: 4,
        colour: 1,
        blend: 0.15,
      }),
      inceptionV3({ ...pale, ...wide, layers: ["mixed3", "mixed4"], learningRate: 3.5 }),
    ],
  },
  fur: {
    description: "dogs' faces with fur and dark noses",
    looks: [
      googlenet({ layers: ["inception_4a/output", "inception_4b/output"] }),
      inceptionV3({ ...pale, layers: ["mixed2"] }),
    ],
  },
  pagodas: {
    description: "domes, towers and huts with arched doors",
    looks: [
      googlenet({ layers: ["inception_4d/output"], channels: [120, 160] }),
      inceptionV3({ ...pale, layers: ["mixed4", "mixed5"] }),
    ],
  },
  reptile: {
    description: "scaly skin with watchful eyes, as of a crocodile",
    looks: [
      googlenet({ layers: ["inception_4d/output"], channels: [140], learningRate: 2 }),
      inceptionV3({ ...pale, layers: ["mixed4"] }),
    ],
  },
  spiders: {
    description: "round red spiders with long legs",
    looks: [
      googlenet({ layers: ["inception_4d/output"], channels: [236], learningRate: 2 }),
      inceptionV3({ ...pale, layers: ["mixed5"] }),
    ],
  },
  spots: {
    description: "whorls of hair around dark eyes",
    looks: [
      googlenet({ ...gentle, layers: ["inception_3b/output"] }),
      inceptionV3({ ...pale, layers: ["mixed3", "mixed4"] }),
    ],
  },
  ornament: {
    description: "carved signs and spirals, as on old pottery",
    looks: [
      googlenet({ ...gentle, layers: ["inception_3a/output"], learningRate: 2 }),
      inceptionV3({ ...pale, layers: ["mixed1"], colour: 0 }),
    ],
  },
  facets: {
    description: "brush strokes like pebbles of dark glass",
    looks: [
      googlenet({ ...gentle, layers: ["conv2/norm2"] }),
      inceptionV3({ ...pale, layers: ["mixed0"], colour: 0 }),
    ],
  },
  faces: {
    description: "eyes, noses and mouths in clouds, water and stone",
    looks: [
      { network: "mobilefacenet", settings: { colour: 0.2, blend: 0.25, learningRate: 1.6 } },
      googlenet({ layers: ["inception_4b/output"] }),
      inceptionV3(pale),
    ],
  },
  marble: {
    description: "drapery and carved marble, with an eye here and there in the folds",
    looks: [
      { network: "dlib-face", settings: { loss: "l2", colour: 0.1, learningRate: 2 } },
      googlenet({ ...gentle, layers: ["conv2/norm2"], colour: 0.1 }),
      inceptionV3({ ...pale, layers: ["mixed1"], colour: 0.05 }),
    ],
  },
  fast: {
    description: "small and quick, for laptops and previews",
    looks: [googlenet(quick), inceptionV3({ ...pale, ...quick })],
  },
  classic: {
    description: "Google's settings of 2015: plain gradient, four octaves, ten steps each",
    looks: [
      googlenet({ ...notebook, layers: ["inception_4c/output"] }),
      inceptionV3({ ...notebook, layers: ["mixed4"] }),
    ],
  },
} satisfies Record<string, Preset>;

/** Name of a preset. */
export type PresetName = keyof typeof presets;

/**
 * The preset with this name, or {@link plain} if undefined.
 *
 * @throws {ReverieError} listing the presets if there is none with this name
 */
export function presetOf(name: string | undefined): Preset {
  if (name === undefined) return plain;
  if (Object.hasOwn(presets, name)) return presets[name as PresetName];
  throw invalidParameter(
    "preset",
    `no preset is named "${name}"; there are: ${Object.keys(presets).join(", ")}`,
  );
}

/**
 * A preset's settings for a network. If the preset has no look for it, this is the first look without layers
 * and channels, which belong to one network only.
 */
export function lookFor({ looks }: Preset, network: string): SomeParameters {
  const look = looks.find((candidate) => candidate.network === network);
  if (look) return look.settings;
  const { layers: _layers, channels: _channels, ...settings } = looks[0].settings;
  return settings;
}
