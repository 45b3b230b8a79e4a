/**
 * A program of its own that tries one execution provider and prints what came of it as JSON: drivers write to the
 * terminal and may even crash, which must not happen to who asks.
 */
import { Engine } from "../../models/engine/engine.ts";

/** What came of trying a provider. */
export interface ProviderTrial {
  works: boolean;
  /** Why not, in one line. */
  reason?: string;
}

/** Starts the provider and runs the smallest graph on it. */
export async function tryProvider(provider: string): Promise<ProviderTrial> {
  try {
    using _engine = await Engine.start({ providers: [provider] });
    return { works: true };
  } catch (error) {
    const { cause, message } = error as Error;
    return { works: false, reason: plain(cause instanceof Error ? cause.message : message, provider) };
  }
}

/** The reason without the provider's name and the places in onnxruntime's own source. */
function plain(message: string, provider: string): string {
  const line = message.split("\n")[0]!;
  return line.replace(`${provider}: `, "").replace(/^\S+\.(cc|cpp|h):\d+ .*? was false\. /, "");
}

if (import.meta.main) {
  console.log(JSON.stringify(await tryProvider(Deno.args[0] ?? "cpu")));
  Deno.exit();
}
