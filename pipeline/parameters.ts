/**
 * Every setting of a dream: the one source of names, ranges, defaults and help, for the command line's flags, the
 * checks, the JSON in reports and the metadata of the result.
 */
import { z } from "zod";
import { ReverieError } from "../models/errors.ts";
import { line } from "../models/line.ts";

/** Three numbers, one per RGB channel; a single one stands for all three. */
const perChannel = z.union([
  z.tuple([z.number(), z.number(), z.number()]),
  z.number().transform((value): [number, number, number] => [value, value, value]),
]);

/** The schema; `describe` is the help text that every interface shows. */
export const parametersSchema = z.strictObject({
  imageSize: z.int().min(64).max(4096).default(512)
    .describe("longest side in pixels at which frames are dreamed; the output keeps the source's size"),
  model: z.string().min(1).default("auto")
    .describe(
      "network to dream with: a name of `models list`, a file (.onnx, .pth, .caffemodel), or auto: googlenet where " +
        "it can be had, else inception-v3",
    ),
  layers: z.array(z.string().min(1)).min(1).optional()
    .describe(
      "layers whose activation grows, deeper ones make larger shapes (default: the network's own choice)",
    ),
  channels: z.array(z.int().min(0)).min(1).optional()
    .describe("channels of the layers to grow (default: all of them)"),
  loss: z.enum(["mean", "l2"]).default("mean")
    .describe("what grows: mean activation, layers weighing the same, or l2, the mean of its square"),
  mean: perChannel.optional()
    .describe("for an ONNX file: RGB means that are subtracted, in 0-1 or 0-255 (default: ImageNet's)"),
  scale: perChannel.optional()
    .describe("for an ONNX file: factors on the difference, for pixels in 0-1 (default: ImageNet's)"),
  channelOrder: z.enum(["rgb", "bgr"]).optional()
    .describe("for an ONNX file: order of its input channels (default: rgb)"),
  octaves: z.int().min(1).max(12).default(4)
    .describe("sizes at which each frame is dreamed, from small to large"),
  octaveScale: z.number().gt(0).max(4).refine((value) => value !== 1, "must not be 1").default(1.6)
    .describe("ratio between neighbouring octaves (0.6 means the same as 1/0.6)"),
  octaveIterations: z.int().min(0).max(1000).default(3)
    .describe("gradient steps per octave for a frame that inherits a dream"),
  firstIterations: z.int().min(0).max(1000).default(10)
    .describe("gradient steps per octave for the first frame, after a scene cut, and for pictures"),
  iterations: z.int().min(1).max(100).default(1)
    .describe("passes over all octaves per frame"),
  learningRate: z.number().gt(0).max(255).default(2.2)
    .describe("mean change per gradient step, in grey levels of 255"),
  jitter: z.int().min(0).max(512).default(32)
    .describe("largest random shift of the picture before each step, in pixels"),
  smoothing: z.enum(["none", "gaussian", "laplacian"]).default("laplacian")
    .describe("smoothing of the gradient: a cascade of blurs, a Laplacian pyramid, or none"),
  colour: z.number().min(0).max(2).default(0.6)
    .describe(
      "how much of the gradient's colour is kept; 0 changes brightness alone, 1 is the plain gradient",
    ),
  tvWeight: z.number().min(0).max(100).default(0)
    .describe("weight of total variation, which smooths the dream"),
  blend: z.number().min(0).max(1).default(0.2)
    .describe("share of the fresh frame against the carried dream: 0 keeps all of the dream, 1 forgets it"),
  carry: z.enum(["residual", "picture"]).default("residual")
    .describe("what flows along: the dream's difference from its frame, or the dreamed picture"),
  independent: z.boolean().default(false)
    .describe("dream every frame on its own (flickers)"),
  flow: z.enum(["auto", "raft", "dis"]).default("auto")
    .describe(
      "optical flow: raft, for large motion, needs weights; dis needs none; auto takes raft where it costs little",
    ),
  flowModel: z.string().min(1).optional()
    .describe(
      "weights of raft: raft-small, raft-large or a file, .pth or .safetensors (default: those here)",
    ),
  flowUpdates: z.int().min(1).max(32).default(12)
    .describe("how often raft refines the flow, at most"),
  flowSize: z.int().min(32).max(2048).default(256)
    .describe("longest side in pixels at which flow is computed"),
  sceneCut: z.number().min(0).max(1).default(0.25)
    .describe("share of visible pixels below which a frame counts as a new scene; 0 never"),
  seed: z.int().min(0).max(4294967295).default(0)
    .describe("seed of the random shifts: same seed, same frames"),
  quality: z.int().min(0).max(51).default(18)
    .describe("quality of the output on x264's scale (constant rate factor): lower is better and larger"),
});

/** All settings of a dream, complete and checked. */
export type Parameters = z.output<typeof parametersSchema>;

/** Settings as a user gives them: any part of them. */
export type ParameterInput = z.input<typeof parametersSchema>;

/** Name of one setting. */
export type ParameterName = keyof Parameters;

/** What one setting may be, for flags, help and forms; read off the schema. */
export interface ParameterDescription {
  name: ParameterName;
  /** `perChannel` is three numbers or one for all three. */
  kind: "boolean" | "integer" | "number" | "choice" | "text" | "texts" | "integers" | "perChannel";
  /** What a `choice` may be. */
  choices?: readonly string[];
  /** Limits of a number; `above` is one that the number may not reach. */
  minimum?: number;
  above?: number;
  maximum?: number;
  /** Absent where the description says what is taken. */
  default?: string | number | boolean;
  /** One line of help. */
  description: string;
}

/** The part of JSON Schema that the settings make use of. */
interface PropertySchema {
  type?: string;
  enum?: string[];
  items?: PropertySchema;
  minimum?: number;
  exclusiveMinimum?: number;
  maximum?: number;
  default?: string | number | boolean;
  description?: string;
}

/** Every setting, in the schema's order. */
export const parameterDescriptions: readonly ParameterDescription[] = describeParameters();

function describeParameters(): ParameterDescription[] {
  const properties = z.toJSONSchema(parametersSchema, { io: "input" }).properties ?? {};
  return Object.entries(properties as Record<string, PropertySchema>).map(([name, property]) => ({
    name: name as ParameterName,
    kind: kindOf(property),
    description: property.description ?? "",
    ...(property.enum && { choices: property.enum }),
    ...(property.minimum !== undefined && { minimum: property.minimum }),
    ...(property.exclusiveMinimum !== undefined && { above: property.exclusiveMinimum }),
    ...(property.maximum !== undefined && { maximum: property.maximum }),
    ...(property.default !== undefined && { default: property.default }),
  }));
}

function kindOf({ type, enum: choices, items }: PropertySchema): ParameterDescription["kind"] {
  if (choices) return "choice";
  switch (type) {
    case "boolean":
    case "integer":
    case "number":
      return type;
    case "string":
      return "text";
    case "array":
      return items?.type === "integer" ? "integers" : "texts";
    default:
      return "perChannel";
  }
}

/** What a setting may be, in words: `a whole number from 64 to 4096`. */
export function allowedValues(parameter: ParameterDescription): string {
  switch (parameter.kind) {
    case "boolean":
      return "true or false";
    case "integer":
      return `a whole number${range(parameter)}`;
    case "number":
      return `a number${range(parameter)}`;
    case "choice":
      return parameter.choices!.join(", ").replace(/, ([^,]*)$/, " or $1");
    case "text":
      return "a name that is not empty";
    case "texts":
      return "one or more names, separated by commas";
    case "integers":
      return "one or more whole numbers from 0, separated by commas";
    case "perChannel":
      return "one number, or three separated by commas";
  }
}

function range({ minimum, above, maximum }: ParameterDescription): string {
  const low = minimum !== undefined ? ` from ${minimum}` : above !== undefined ? ` above ${above}` : "";
  if (maximum === undefined) return low;
  return `${low}${above !== undefined ? "," : ""} ${above !== undefined ? "up " : ""}to ${maximum}`;
}

/**
 * Checks settings and fills in the defaults.
 *
 * @throws {ReverieError} that names the first setting that is wrong and what it may be
 */
export function parseParameters(input: Record<string, unknown>): Parameters {
  const result = parametersSchema.safeParse(input);
  if (result.success) return result.data;
  const issue = result.error.issues[0]!;
  if (issue.code === "unrecognized_keys") {
    throw new ReverieError(
      "invalid_parameter",
      line`there is no setting ${{ field: issue.keys[0]! }}; ${{ list: "settings" }} lists them`,
    );
  }
  const name = String(issue.path[0] ?? "");
  const parameter = parameterDescriptions.find((known) => known.name === name);
  if (!parameter) {
    throw new ReverieError("invalid_parameter", `the settings are not usable: ${issue.message}`);
  }
  const wrong = issue.code === "custom"
    ? issue.message
    : `must be ${allowedValues(parameter)}, not ${shown(input[name])}`;
  throw new ReverieError("invalid_parameter", line`${{ field: name }} ${wrong}`);
}

function shown(value: unknown): string {
  if (Array.isArray(value)) return value.length === 0 ? "an empty list" : `"${value.join(",")}"`;
  return typeof value === "string" ? `"${value}"` : String(value);
}
