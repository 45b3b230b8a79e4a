import type { ParameterInput } from "./parameters.ts";
import { UserError } from "../models/errors.ts";

/** A named choice of settings; whatever the user sets besides goes over it. */
export interface Preset {
  /** One line for the help and the page. */
  description: string;
  settings: Partial<ParameterInput>;
}

/** The presets by name. */
export const presets = {
  landscape: {
    description: "calm scenes: the dream stays and grows over the frames",
    settings: { blend: 0.3 },
  },
  motion: {
    description: "quick scenes: mostly the fresh frame, the dream follows lightly",
    settings: { blend: 0.7, octaveIterations: 5 },
  },
  art: {
    description: "deeper layers, larger shapes, a stronger dream",
    settings: {
      layers: ["mixed3", "mixed4"],
      octaves: 4,
      octaveScale: 1.6,
      octaveIterations: 4,
      firstIterations: 14,
      learningRate: 4,
      colour: 0.2,
    },
  },
  fast: {
    description: "small and quick, for laptops and previews",
    settings: { imageSize: 320, layers: ["mixed3"], octaves: 2, octaveIterations: 2, flowSize: 160 },
  },
  classic: {
    description: "Google's settings of 2015: plain gradient, four octaves, ten steps each",
    settings: {
      layers: ["mixed4"],
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
    },
  },
} satisfies Record<string, Preset>;

/** Name of a preset. */
export type PresetName = keyof typeof presets;

/** The settings of a preset. Throws a UserError that lists the presets there are. */
export function presetSettings(name: string): Partial<ParameterInput> {
  if (Object.hasOwn(presets, name)) return presets[name as PresetName].settings;
  throw new UserError(`no preset is named "${name}"; there are: ${Object.keys(presets).join(", ")}`);
}
