/**
 * A program of its own that tries one execution provider and prints what came of it as JSON: drivers write to the
 * terminal and may even crash, which must not happen to who asks.
 */
import { Engine } from "../../models/engine/engine.ts";
import { convolutionSpeed } from "./convolution_speed.ts";

/** What came of trying a provider. */
export interface ProviderTrial {
  works: boolean;
  /** How fast it convolves, in operations a second; where it works. */
  speed?: number;
  /** Why not, in one line. */
  reason?: string;
}

/** Starts the provider and convolves with it. */
export async function tryProvider(provider: string): Promise<ProviderTrial> {
  try {
    await using engine = await Engine.start({ providers: [provider] });
    return { works: true, speed: await convolutionSpeed(engine) };
  } catch (error) {
    const { cause, message } = error as Error;
    const reason = (cause instanceof Error ? cause.message : message).split("\n")[0]!;
    return { works: false, reason: reason.replace(`${provider}: `, "") };
  }
}

if (import.meta.main) {
  console.log(JSON.stringify(await tryProvider(Deno.args[0] ?? "cpu")));
  Deno.exit();
}
