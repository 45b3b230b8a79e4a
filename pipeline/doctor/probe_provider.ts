/**
 * A separate program that tries one execution provider and prints the result as JSON. Drivers may write to
 * the terminal or even crash, which must not affect the caller.
 */
import { Engine } from "../../models/engine/engine.ts";
import { convolutionSpeed } from "./convolution_speed.ts";

/** The result of trying a provider. */
export interface ProviderTrial {
  works: boolean;
  /** Speed of its convolutions in operations per second, if it works. */
  speed?: number;
  /** Why it does not work, in one line. */
  reason?: string;
}

/** Starts the provider and measures its convolutions. */
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
