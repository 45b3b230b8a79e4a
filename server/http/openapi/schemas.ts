/** The API's responses: the server's contract types as zod schemas for `/openapi.json`. */
import { z } from "zod";
import type { DreamView, Links, Progress, SourceFacts } from "../../dreams/dream.ts";
import type { ErrorBody } from "../../errors.ts";
import { kinds } from "../../../pipeline/settings/kinds.ts";
import { limits } from "../../options.ts";
import { remoteParametersSchema } from "../../../pipeline/settings/parameters.ts";
import { wishSchema } from "../../uploads/settings.ts";
import type { SettingView } from "../setting_view.ts";
import { errorCodes } from "../../../pipeline/errors.ts";

const time = z.iso.datetime().describe("ISO 8601, UTC");
const share = z.number().min(0).max(1);

/** Every setting of a dream; missing ones get their defaults. */
export const parameters = remoteParametersSchema.describe("settings of a dream");

/** Some settings, as in a change of a running dream. */
export const someParameters = remoteParametersSchema.exactPartial().describe("some settings of a dream");

/** The request fields of a dream. */
export const wish = wishSchema.describe("settings of a dream, and the part of the source that is dreamed");

const video = z.string().meta({ contentMediaType: "application/octet-stream", description: "the file" });

/** The fields of a form that uploads a video. */
export const upload = wishSchema.extend({ video });

/** The body of an error. */
export const errorBody: z.ZodType<ErrorBody> = z.strictObject({
  code: z.enum(errorCodes).describe("a word for programs"),
  message: z.string().describe("one line for people, which says what to do"),
  field: z.string().exactOptional().describe("the parameter or form field that is wrong"),
});

/** The response to a failed request. */
export const failure = z.strictObject({ error: errorBody });

/** Facts about an upload. */
export const sourceFacts: z.ZodType<SourceFacts> = z.strictObject({
  width: z.int(),
  height: z.int(),
  duration: z.number().describe("seconds"),
  frames: z.int().exactOptional().describe("as far as the file tells"),
  frameRate: z.number(),
  audio: z.boolean(),
  bytes: z.int(),
});

/** Progress of a dream. */
export const progress: z.ZodType<Progress> = z.strictObject({
  frames: z.int().min(0).describe("frames done"),
  total: z.int().exactOptional().describe("frames in all, as far as the source tells"),
  fps: z.number().exactOptional(),
  eta: z.number().exactOptional().describe("remaining seconds"),
  seconds: z.number().exactOptional().describe("seconds of work so far"),
  loss: z.number().exactOptional(),
  motion: z.number().exactOptional().describe("mean length of the flow as a share of the width"),
  visible: share.exactOptional().describe("share of pixels whose dream was carried"),
});

/** Paths of a dream on this server. */
export const links: z.ZodType<Links> = z.strictObject({
  self: z.string(),
  live: z.string().describe("WebSocket"),
  events: z.string().describe("server-sent events"),
  source: z.string(),
  hls: z.string().exactOptional(),
  video: z.string().exactOptional(),
  poster: z.string().exactOptional().describe("a dreamed frame as JPEG"),
  before: z.string().exactOptional().describe("the same frame before"),
});

const parameterChange = z.strictObject({
  frame: z.int().nullable().describe("first frame made with them; null as long as it has not begun"),
  at: time,
  parameters: someParameters,
});

const queue = z.strictObject({
  position: z.int().min(1).describe("1 is next"),
  estimatedStart: time.exactOptional(),
});

/** A dream as the API shows it. */
export const dream: z.ZodType<DreamView> = z.strictObject({
  id: z.string().regex(/^[0-9a-f]{32}$/),
  name: z.string().describe("the upload's file name"),
  state: z.enum(["queued", "running", "done", "failed", "cancelled"]),
  created: time,
  started: time.exactOptional(),
  finished: time.exactOptional(),
  preset: z.string().exactOptional(),
  given: someParameters.describe("the settings that were named, without defaults and preset"),
  parameters,
  changes: z.array(parameterChange),
  from: z.number().exactOptional().describe("start of the dreamed part in seconds"),
  duration: z.number().exactOptional().describe("length of the dreamed part in seconds"),
  source: sourceFacts,
  progress,
  bytes: z.int().exactOptional().describe("size of the finished video"),
  error: errorBody.exactOptional(),
  queue: queue.exactOptional().describe("only while it waits"),
  paused: z.boolean().exactOptional().describe("rests, since a preview or the camera goes first"),
  links,
});

/** All dreams. */
export const dreamList = z.strictObject({ dreams: z.array(dream).describe("newest first") });

/** The response to a change of settings. */
export const changed = z.strictObject({
  frame: z.int().nullable().describe("first frame made with them; null where the dream has not begun"),
  parameters: someParameters,
});

const parameterDescription: z.ZodType<SettingView> = z.strictObject({
  name: z.string(),
  label: z.string().describe("name in forms"),
  kind: z.enum(Object.keys(kinds) as (keyof typeof kinds)[]),
  allowed: z.string().describe("what it may be, in words"),
  unit: z.string().exactOptional().describe("what a number counts"),
  choices: z.array(z.string()).optional(),
  minimum: z.number().optional(),
  above: z.number().optional().describe("a limit that must not be reached"),
  maximum: z.number().optional(),
  default: z.union([z.string(), z.number(), z.boolean()]).optional(),
  description: z.string(),
  group: z.string().describe("title of the group it belongs to"),
  common: z.int().exactOptional().describe("place among those that most people want, from 1"),
  live: z.boolean().describe("whether it may be changed while a dream runs"),
  slider: z.strictObject({ low: z.number(), high: z.number(), step: z.number() }).optional()
    .describe("the part of the range that is worth sliding through"),
  drawn: z.boolean().exactOptional().describe("whether any value is as good as another"),
  suggested: z.enum(["networks", "layers"]).exactOptional().describe("what to offer beside typing"),
});

const preset = z.strictObject({
  name: z.string(),
  description: z.string(),
  network: z.string().describe("the network that it dreams with now"),
  madeFor: z.string().describe("the network that it looks best with"),
  settings: parameters.describe("all settings, as it has them"),
});

const network = {
  name: z.string(),
  title: z.string(),
  licence: z.string(),
  size: z.int().describe("bytes to fetch"),
  here: z.boolean(),
  layers: z.array(z.string()).describe("layers that make good dreams, from fine to deep"),
};

/** All settings with their limits. */
export const settings = z.strictObject({
  parameters: z.array(parameterDescription),
  plain: preset.describe("how it dreams without a preset"),
  presets: z.array(preset),
  networks: z.array(z.strictObject(network)),
  defaults: parameters,
  limits: z.strictObject(Object.fromEntries(
    Object.entries(limits).map(([name, { help, unit }]) => [name, z.number().describe(`${help} [${unit}]`)]),
  )),
  sample: z.boolean().describe("whether the sample clip can be dreamed"),
  token: z.boolean().describe("whether the server asks for a token"),
});

/** The networks to dream with. */
export const networks = z.strictObject({
  dreams: z.string().describe("the network that dreams where nobody names one"),
  mayFetch: z.boolean().describe("whether whoever asks may fetch networks"),
  networks: z.array(z.strictObject({
    ...network,
    fetch: z.strictObject({
      running: z.boolean(),
      done: z.int().exactOptional().describe("bytes"),
      total: z.int().exactOptional().describe("bytes"),
      error: z.string().exactOptional().describe("why it failed"),
    }).exactOptional().describe("absent where nobody asked for it, or where it has come"),
  })),
});

/** Health of the server. */
export const health = z.strictObject({
  status: z.literal("ok"),
  version: z.string(),
  uptime: z.number().describe("seconds"),
  queue: z.int().describe("dreams that wait"),
  rendering: z.boolean().describe("whether one is being made"),
});
