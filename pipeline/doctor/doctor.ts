/** Checks that this machine has what Reverie needs, and says what to do about anything missing. */
import { existsSync, statfsSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, resolve } from "node:path";
import { cacheFolder } from "../../models/cache.ts";
import { catalog, isHere, localModelPath } from "../../models/catalog.ts";
import { ReverieError } from "../../models/errors.ts";
import { sourceSize } from "../../models/sources.ts";
import { isOutOfReach } from "../../models/out_of_reach.ts";
import { reasonOf } from "../../models/system_error.ts";
import { knownProviders } from "../../models/engine/providers.ts";
import type { Check } from "./check.ts";
import { cudaChecks, lookAtCuda, mayWork } from "./cuda.ts";
import { type ProviderTrial, tryProvider } from "./probe_provider.ts";
import { featuresOf } from "../ffmpeg/features.ts";
import { locate, type Program, type ProgramName } from "../ffmpeg/locate.ts";
import { terminalLine } from "../command_line/spelling.ts";

/** Free disk space in bytes below which a dream may fill the disk. */
const littleSpace = 2e9;
/** Memory in bytes that the default settings need. */
const memoryNeeded = 1.3e9;
/** Seconds that a provider may take to start; CUDA is slow on a cold machine. */
const secondsForProvider = 60;

/** Runs all checks. Takes a few seconds, because each execution provider is actually started. */
export async function examine(): Promise<Check[]> {
  const dreamed = catalog.filter(({ purpose }) => purpose === "dream");
  const [programs, providers, flow] = await Promise.all([
    checkPrograms(),
    checkProviders(),
    checkFlow(),
  ]);
  return [
    checkDeno(),
    checkProcessor(),
    checkMemory(Deno.systemMemoryInfo()),
    ...programs,
    ...providers,
    ...dreamed.map(({ name }) => checkNetwork(name)),
    flow,
    checkSpace("disk (cache)", cacheFolder(), "set REVERIE_CACHE to a folder on a larger disk"),
    checkSpace("disk (temporary)", tmpdir(), "set TMPDIR to a folder on a larger disk"),
  ];
}

/** Whether everything is there that a dream needs. */
export function isHealthy(checks: readonly Check[]): boolean {
  return checks.every(({ state }) => state !== "missing");
}

function checkDeno(): Check {
  const { deno, v8 } = Deno.version;
  const { os, arch } = Deno.build;
  return { name: "deno", state: "ok", found: `${deno} (V8 ${v8}, ${os} ${arch})` };
}

function checkProcessor(): Check {
  return { name: "processor", state: "ok", found: `${navigator.hardwareConcurrency} logical cores` };
}

/** Checks the available memory, in bytes. */
export function checkMemory({ total, available }: { total: number; available: number }): Check {
  const found = `${gigabytes(available)} available of ${gigabytes(total)}`;
  if (available >= memoryNeeded) return { name: "memory", state: "ok", found };
  const advice = "close other programs, or dream smaller: --preset fast or --image-size 256";
  return { name: "memory", state: "lack", found, advice };
}

async function checkPrograms(): Promise<Check[]> {
  const [ffmpeg, ffprobe] = await Promise.all([checkProgram("ffmpeg"), checkProgram("ffprobe")]);
  return [ffmpeg.check, ...ffmpeg.program ? await checkFeatures(ffmpeg.program) : [], ffprobe.check];
}

async function checkProgram(name: ProgramName): Promise<{ check: Check; program?: Program }> {
  try {
    const program = await locate(name);
    const where = {
      environment: "from the environment variable",
      path: "from the PATH",
      npm: "the copy from npm",
    };
    const version = /version (\S+)/.exec(program.version)?.[1] ?? program.version;
    const found = `${version}, ${program.path} (${where[program.origin]})`;
    return { check: { name, state: "ok", found }, program };
  } catch (error) {
    return { check: { name, state: "missing", ...found(error, `install ${name}`) } };
  }
}

/** What an error says is wrong, and what to do about it. */
function found(error: unknown, otherwise: string): Pick<Check, "found" | "advice"> {
  if (!(error instanceof ReverieError)) return { found: reasonOf(error), advice: otherwise };
  const advice = error.advice.map(terminalLine).join(", or ");
  return { found: terminalLine(error.wrong), advice: advice || otherwise };
}

/** Parts of ffmpeg, what they are for, and whether they are required. */
const parts: readonly {
  name: string;
  of: "encoders" | "filters";
  any: string[];
  purpose: string;
  needed?: boolean;
}[] = [
  { name: "libx264", of: "encoders", any: ["libx264"], purpose: "writing H.264 video", needed: true },
  { name: "aac", of: "encoders", any: ["aac"], purpose: "the sound of .mp4 and HLS", needed: true },
  { name: "webm", of: "encoders", any: ["libvpx-vp9", "libvpx"], purpose: "writing .webm" },
  { name: "deinterlacer", of: "filters", any: ["bwdif", "yadif"], purpose: "interlaced sources" },
  { name: "zscale", of: "filters", any: ["zscale"], purpose: "the best conversion of HDR (another is used)" },
  {
    name: "tonemap",
    of: "filters",
    any: ["tonemap"],
    purpose: "the best conversion of HDR (another is used)",
  },
];

/** What an ffmpeg was built with. */
export interface Built {
  encoders: ReadonlySet<string>;
  filters: ReadonlySet<string>;
}

async function checkFeatures(program: Program): Promise<Check[]> {
  try {
    return checkParts(await featuresOf(program));
  } catch (error) {
    return [{ name: "ffmpeg parts", state: "missing", ...found(error, "install another ffmpeg") }];
  }
}

/** One line for the parts that are present, and one for each that is missing. */
export function checkParts(built: Built): Check[] {
  const has = ({ of, any }: typeof parts[number]) => any.find((name) => built[of].has(name));
  const there = parts.flatMap((part) => has(part) ?? []);
  const lacking = parts.filter((part) => !has(part)).map((part): Check => ({
    name: `ffmpeg ${part.name}`,
    state: part.needed ? "missing" : "lack",
    found: `not in this ffmpeg; it is for ${part.purpose}`,
    advice: `install an ffmpeg with ${part.any.join(" or ")}, or unset FFMPEG_PATH if it names a lesser one`,
  }));
  return there.length === 0 ? lacking : [
    { name: "ffmpeg parts", state: "ok", found: there.join(", ") },
    ...lacking,
  ];
}

const providerAdvice: Record<string, string> = {
  cuda: "read what onnxruntime says with --provider cuda --verbose, or dream with --provider webgpu or cpu",
  webgpu:
    "nothing to do without a GPU; with one, install its Vulkan driver (AMD and Intel on Debian or Ubuntu: " +
    "apt install mesa-vulkan-drivers libvulkan1; NVIDIA's comes with its driver)",
  cpu: "install the packages again: deno install",
};

async function checkProviders(): Promise<Check[]> {
  const machine = await lookAtCuda();
  const trials = new Map<string, ProviderTrial>();
  // One after another: two at once would compete for the GPU.
  for (const provider of knownProviders) {
    if (provider !== "cuda" || mayWork(machine)) trials.set(provider, await trial(provider));
  }
  const processor = trials.get("cpu");
  return [
    ...cudaChecks(machine),
    ...Array.from(trials, ([name, tried]) => checkProvider(name, tried, processor)),
  ];
}

/**
 * The result of trying a provider, as a check. A slow WebGPU is reported, because it may be software
 * emulating a GPU.
 */
export function checkProvider(
  provider: string,
  { works, speed, reason }: ProviderTrial,
  processor?: ProviderTrial,
): Check {
  const name = `provider ${provider}`;
  if (!works) {
    const state = provider === "cpu" ? "missing" : "lack";
    const advice = providerAdvice[provider] ?? "use --provider cpu";
    return { name, state, found: `does not work here: ${reason ?? "it gives no reason"}`, advice };
  }
  const found = `works${speed === undefined ? "" : `, ${gigaflops(speed)} in convolutions`}`;
  const slow = provider === "webgpu" && (speed ?? Infinity) < (processor?.speed ?? 0);
  if (!slow) return { name, state: "ok", found };
  return {
    name,
    state: "lack",
    found: `${found}: slower than the processor`,
    advice: "it may be software in a GPU's place: install the GPU's Vulkan driver, or use --provider cpu",
  };
}

function gigaflops(speed: number): string {
  return `${Number((speed / 1e9).toPrecision(2))} GFLOPS`;
}

async function trial(provider: string): Promise<ProviderTrial> {
  // A compiled program cannot run one of its own modules as a script.
  if (Deno.build.standalone) return await tryProvider(provider);
  const script = new URL("./probe_provider.ts", import.meta.url);
  const command = new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--allow-all", script.href, provider],
    stdin: "null",
    stdout: "piped",
    stderr: "null",
    signal: AbortSignal.timeout(secondsForProvider * 1000),
  });
  const { stdout, signal } = await command.output();
  try {
    return JSON.parse(new TextDecoder().decode(stdout).trim().split("\n").at(-1)!);
  } catch {
    return { works: false, reason: `the attempt ended ${signal ? `with ${signal}` : "without an answer"}` };
  }
}

function checkNetwork(name: string): Check {
  if (isHere(name)) return { name: `network ${name}`, state: "ok", found: "here" };
  if (isOutOfReach(name)) {
    return {
      name: `network ${name}`,
      state: "lack",
      found: "not here, and its hosts could not be reached within the last day",
      advice: `models pull ${name} tries again; models add FILE takes a copy of it`,
    };
  }
  return {
    name: `network ${name}`,
    state: "lack",
    found: "not here yet; it is fetched on first use",
    advice: `for work without a connection, fetch it now: models pull ${name}`,
  };
}

/** Checks RAFT's weights. */
export async function checkFlow(): Promise<Check> {
  const name = "flow weights";
  const flow = catalog.filter(({ purpose }) => purpose === "flow");
  const paths = await Promise.all(flow.map(({ name }) => localModelPath(name)));
  const here = flow.flatMap(({ name }, index) => paths[index] ? [`${name} (${paths[index]})`] : []);
  if (here.length > 0) return { name, state: "ok", found: here.join(", ") };
  const names = flow.map(({ name, sources }) => `${name} (${Math.round(sourceSize(sources[0]) / 1e6)} MB)`);
  return {
    name,
    state: "lack",
    found: "none of RAFT here; flow is computed by DIS, which needs none",
    advice: `for clips of large motion: models pull NAME, where NAME is ${names.join(" or ")}`,
  };
}

function checkSpace(name: string, folder: string, advice: string): Check {
  try {
    const { bavail, bsize } = statfsSync(existing(folder));
    const free = bavail * bsize;
    const found = `${gigabytes(free)} free in ${folder}`;
    return free >= littleSpace ? { name, state: "ok", found } : { name, state: "lack", found, advice };
  } catch (error) {
    return { name, state: "lack", found: `${folder}: ${(error as Error).message}`, advice };
  }
}

/** The folder, or its nearest ancestor that exists. */
function existing(folder: string): string {
  let path = resolve(folder);
  while (!existsSync(path) && dirname(path) !== path) path = dirname(path);
  return path;
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(1)} GB`;
}
