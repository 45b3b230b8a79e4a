/** How settings are laid out in help and forms, and what of them may change while a dream runs. */
import { parameterDescriptions, type ParameterName } from "./parameters.ts";

/** Settings under a heading. */
export interface ParameterGroup {
  title: string;
  names: readonly ParameterName[];
}

const groups: readonly ParameterGroup[] = [
  { title: "Picture", names: ["imageSize", "quality", "seed"] },
  {
    title: "What is dreamed",
    names: ["model", "layers", "channels", "loss", "mean", "scale", "channelOrder"],
  },
  {
    title: "How it is dreamed",
    names: [
      "octaves",
      "octaveScale",
      "octaveIterations",
      "firstIterations",
      "iterations",
      "learningRate",
      "jitter",
      "smoothing",
      "colour",
      "tvWeight",
    ],
  },
  {
    title: "From frame to frame",
    names: ["blend", "carry", "independent", "flow", "flowModel", "flowUpdates", "flowSize", "sceneCut"],
  },
];

/** Every setting in its group; what no group names comes last, so that no setting is ever missing. */
export const parameterGroups: readonly ParameterGroup[] = withTheRest();

function withTheRest(): readonly ParameterGroup[] {
  const grouped = new Set(groups.flatMap(({ names }) => names));
  const rest = parameterDescriptions.map(({ name }) => name).filter((name) => !grouped.has(name));
  return rest.length === 0 ? groups : [...groups, { title: "More settings", names: rest }];
}

/** The settings that are reached for first, in that order. */
export const commonParameters: readonly ParameterName[] = [
  "layers",
  "learningRate",
  "blend",
  "octaves",
  "octaveIterations",
  "colour",
  "imageSize",
];

/** The settings that fix the dream's gradient graphs: a change of one takes a moment to build new ones. */
export const dreamerParameters = [
  "layers",
  "channels",
  "loss",
  "octaves",
  "octaveScale",
  "smoothing",
  "colour",
  "tvWeight",
] as const satisfies readonly ParameterName[];

/** The settings that may change while a dream runs, from one frame to the next; all others hold for the whole of it. */
export const liveParameters: readonly ParameterName[] = [
  ...dreamerParameters,
  "octaveIterations",
  "firstIterations",
  "iterations",
  "learningRate",
  "jitter",
  "blend",
  "sceneCut",
];
