import { GraphBuilder } from "../onnx/build.ts";
import type { Model } from "../onnx/model.ts";
import { writeModel } from "../onnx/write.ts";
import { isCudaPlatform, isProviderHere } from "./cuda/files.ts";
import { cudaLacks } from "./cuda/lacks.ts";
import { openUnknownLibraries } from "./cuda/runtime_libraries.ts";
import ort from "./onnxruntime.ts";
import type { RefusedProvider, SessionSettings } from "./messages.ts";

/** Execution providers that can be requested, fastest first. */
export const knownProviders = ["cuda", "webgpu", "cpu"] as const;

/** Providers that `auto` tries, in this order. WebGPU is only used on request: it may be a software renderer. */
export const automaticProviders: readonly string[] = ["cuda", "cpu"];

/**
 * Finds the first provider that works. onnxruntime refuses a whole list if one provider in it cannot load, so each is
 * tried alone with a small graph.
 *
 * @throws {ReverieError} if none works.
 */
export async function firstWorkingProvider(
  providers: readonly string[],
): Promise<{ provider: string; refused: RefusedProvider[] }> {
  const probe = writeModel(probeModel());
  const refused: RefusedProvider[] = [];
  for (const provider of providers) {
    try {
      if (provider === "cuda") await prepareCuda();
      const session = await ort.InferenceSession.create(probe, sessionOptions(provider, { threads: 1 }));
      await session.run({ x: new ort.Tensor("float32", new Float32Array(16), [1, 1, 4, 4]) });
      await session.release();
      return { provider, refused };
    } catch (error) {
      refused.push({ provider, reason: await reasonOf(provider, error) });
    }
  }
  throw new Error(refused.map(({ provider, reason }) => `${provider}: ${reason}`).join("; "));
}

/** Opens CUDA's libraries if the CUDA provider is here; nothing else uses them. */
async function prepareCuda(): Promise<void> {
  if (isCudaPlatform() && isProviderHere()) await openUnknownLibraries();
}

/** A convolution, because CUDA only needs cuDNN from the first convolution on. */
function probeModel(): Model {
  const g = new GraphBuilder({ name: "probe" });
  const x = g.input("x", "float32", [1, 1, 4, 4]);
  g.output("y", g.conv(x, g.floats(new Float32Array(9).fill(1), [1, 1, 3, 3])), "float32");
  return g.build();
}

/** Why a provider does not run, in one line, without onnxruntime's source locations. */
async function reasonOf(provider: string, error: unknown): Promise<string> {
  const line = (error instanceof Error ? error.message : String(error)).split("\n")[0]!;
  const failure = /CUDA failure \d+: .*?(?= ;)/.exec(line)?.[0];
  if (failure !== undefined) return failure;
  const lacks = provider === "cuda" ? await cudaLacks() : [];
  if (lacks.length > 0) return `this machine lacks ${lacks.join(", ")}`;
  return line.replace(/^\S+\.(cc|cpp|h):\d+ .*? was false\. /, "");
}

/** onnxruntime's options for a session on one provider (operators that it lacks run on the CPU). */
export function sessionOptions(
  provider: string,
  settings: SessionSettings,
): ort.InferenceSession.SessionOptions {
  return {
    executionProviders: [provider],
    intraOpNumThreads: settings.threads,
    interOpNumThreads: 1,
    // Every session has its own threads. If they kept spinning after a run, they would slow down the next session.
    extra: { session: { force_spinning_stop: "1" } },
    graphOptimizationLevel: "all",
    logSeverityLevel: 4,
    // On the CPU, patterns save no time and take nearly twice the memory.
    enableMemPattern: provider !== "cpu",
    ...(settings.profile && { enableProfiling: true, profileFilePrefix: settings.profile }),
  };
}
