/** Named looks. A look is made for one network, so a preset has one for each network that it can be dreamed with. */
import { UserError } from "../models/errors.ts";
import type { ParameterInput } from "./parameters.ts";

/** Settings that were found by looking at what one network dreams with them. */
export interface Look {
  /** The network's name in the catalogue. */
  network: string;
  settings: Partial<ParameterInput>;
}

/** A named choice of settings; whatever the user sets besides goes over it. */
export interface Preset {
  /** One line for the help and the page: what one sees. */
  description: string;
  /** Best first; the last is for InceptionV3, which can be had wherever npm can. */
  looks: readonly [Look, ...Look[]];
}

const googlenet = (settings: Look["settings"] = {}): Look => ({ network: "googlenet", settings });
const inceptionV3 = (settings: Look["settings"] = {}): Look => ({ network: "inception-v3", settings });

/** What both looks of Google's settings of 2015 share: dream.ipynb, but for what is carried from frame to frame. */
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

/** The dream where no preset is named. */
export const plain: Preset = {
  description: "dogs, birds and insects, carried along by what moves",
  looks: [googlenet(), inceptionV3({ colour: 0.15, blend: 0.3 })],
};

/** The presets by name. */
export const presets = {
  landscape: {
    description: "calm scenes: the dream stays and grows over the frames",
    looks: [googlenet({ blend: 0.1 }), inceptionV3({ blend: 0.2, colour: 0.15 })],
  },
  motion: {
    description: "quick scenes: mostly the fresh frame, the dream follows lightly",
    looks: [
      googlenet({ blend: 0.7, octaveIterations: 5 }),
      inceptionV3({ blend: 0.7, octaveIterations: 5, colour: 0.15 }),
    ],
  },
  art: {
    description: "deeper layers, larger shapes, a stronger dream",
    looks: [
      googlenet({ layers: ["inception_4d/output", "inception_4e/output"], octaveScale: 1.6 }),
      inceptionV3({
        layers: ["mixed3", "mixed4"],
        octaves: 4,
        octaveScale: 1.6,
        octaveIterations: 4,
        firstIterations: 14,
        learningRate: 4,
        colour: 0.2,
      }),
    ],
  },
  fast: {
    description: "small and quick, for laptops and previews",
    looks: [
      googlenet({ imageSize: 320, octaves: 2, octaveIterations: 2, flowSize: 160 }),
      inceptionV3({ imageSize: 320, octaves: 2, octaveIterations: 2, flowSize: 160, colour: 0.15 }),
    ],
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

/** The preset of that name, {@link plain} without one. Throws a UserError that lists the presets there are. */
export function presetOf(name: string | undefined): Preset {
  if (name === undefined) return plain;
  if (Object.hasOwn(presets, name)) return presets[name as PresetName];
  throw new UserError(`no preset is named "${name}"; there are: ${Object.keys(presets).join(", ")}`);
}

/**
 * A preset's settings for a network. Layers and channels are one network's own: for one that the preset was not made
 * for they are left out.
 */
export function lookFor({ looks }: Preset, network: string): Partial<ParameterInput> {
  const look = looks.find((candidate) => candidate.network === network);
  if (look) return look.settings;
  const { layers: _layers, channels: _channels, ...settings } = looks[0].settings;
  return settings;
}
