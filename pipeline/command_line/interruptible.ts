import type { CommandScreen } from "./command.ts";

const signals: Deno.Signal[] = Deno.build.os === "windows"
  ? ["SIGINT", "SIGBREAK"]
  : ["SIGINT", "SIGTERM", "SIGHUP"];

/**
 * Runs work that Ctrl-C (SIGINT), SIGTERM or a closed terminal interrupts cleanly: the first system signal
 * aborts the work's abort signal, the second exits the program at once with status 130.
 */
export async function interruptible<T>(
  screen: Pick<CommandScreen, "terminal" | "warn">,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const interrupt = () => {
    if (controller.signal.aborted) Deno.exit(130);
    if (screen.terminal) screen.warn("reverie: stopping; once more quits at once");
    controller.abort();
  };
  for (const signal of signals) Deno.addSignalListener(signal, interrupt);
  try {
    return await work(controller.signal);
  } finally {
    for (const signal of signals) Deno.removeSignalListener(signal, interrupt);
  }
}
