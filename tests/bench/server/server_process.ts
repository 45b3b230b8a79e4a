/** A server in a process of its own, as `serve` starts it. */
import { fileURLToPath } from "node:url";
import { residentMemory } from "./process_facts.ts";

const root = new URL("../../../", import.meta.url);

/** Milliseconds that a server gets to start, and to end. */
const patience = 30_000;

/** Memory counts as at rest when it changes by less than this share in so many milliseconds. */
const rest = { change: 0.01, time: 1000 };

/** A server with an empty folder for data; both go when it is disposed of. */
export class ServerProcess implements AsyncDisposable {
  readonly #process: Deno.ChildProcess;
  readonly #data: string;

  private constructor(
    process: Deno.ChildProcess,
    data: string,
    /** Its address, without a slash at the end. */
    readonly url: string,
  ) {
    this.#process = process;
    this.#data = data;
  }

  /** Starts one on a free port. Throws what it says where it does not start. */
  static async start(providers: readonly string[]): Promise<ServerProcess> {
    const data = await Deno.makeTempDir({ prefix: "reverie-bench-server-" });
    const { REVERIE_TOKEN: _, ...env } = Deno.env.toObject();
    const process = new Deno.Command(Deno.execPath(), {
      args: ["run", "--quiet", "--allow-all", "main.ts", "serve", ...flags(data, providers)],
      cwd: fileURLToPath(root),
      env,
      clearEnv: true,
      stdin: "null",
      stdout: "null",
      stderr: "piped",
    }).spawn();
    try {
      return new ServerProcess(process, data, await address(process));
    } catch (error) {
      await end(process, data);
      throw error;
    }
  }

  get pid(): number {
    return this.#process.pid;
  }

  get port(): number {
    return Number(new URL(this.url).port);
  }

  /** Waits until the memory of the server is at rest, half a minute at most, and tells it in bytes. */
  async memoryAtRest(): Promise<number> {
    const end = performance.now() + patience;
    for (let before = residentMemory(this.pid);;) {
      await new Promise((resolve) => setTimeout(resolve, rest.time));
      const now = residentMemory(this.pid);
      if (Math.abs(now / before - 1) < rest.change || performance.now() > end) return now;
      before = now;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await end(this.#process, this.#data);
  }
}

function flags(data: string, providers: readonly string[]): string[] {
  return ["--port", "0", "--data", data, "--provider", providers.join(",")];
}

/** The address that a server prints, after which its output is thrown away. */
async function address(process: Deno.ChildProcess): Promise<string> {
  const timer = setTimeout(() => process.kill("SIGKILL"), patience);
  const reader = process.stderr.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) throw new Error(`the server did not start: ${text.trim()}`);
    text += value;
    const url = / is at (http:\S+)/.exec(text)?.[1];
    if (url === undefined) continue;
    clearTimeout(timer);
    void drain(reader);
    return url;
  }
}

async function drain(reader: ReadableStreamDefaultReader<string>): Promise<void> {
  while (!(await reader.read()).done);
}

async function end(process: Deno.ChildProcess, data: string): Promise<void> {
  const kill = (signal: Deno.Signal) => {
    try {
      process.kill(signal);
    } catch {
      // It has ended.
    }
  };
  kill("SIGINT");
  const timer = setTimeout(() => kill("SIGKILL"), patience);
  await process.status;
  clearTimeout(timer);
  await Deno.remove(data, { recursive: true });
}
