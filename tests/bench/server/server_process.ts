/** A server in a process of its own, started as by `serve`. */
import { fileURLToPath } from "node:url";
import { residentMemory } from "./process_facts.ts";

const root = new URL("../../../", import.meta.url);

/** Milliseconds that a server may take to start, and to end. */
const patience = 30_000;

/** Memory is stable if it changes by less than this share in a second. */
const restingChange = 0.01;

/** A server with an empty data folder; both are removed when it is disposed of. */
export class ServerProcess implements AsyncDisposable {
  readonly #process: Deno.ChildProcess;
  readonly #data: string;

  private constructor(
    process: Deno.ChildProcess,
    data: string,
    /** The server's address, without a trailing slash. */
    readonly url: string,
  ) {
    this.#process = process;
    this.#data = data;
  }

  /**
   * Starts a server on a free port.
   *
   * @throws {Error} with the server's output, if it does not start
   */
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

  /** Waits until the server's memory has been stable for the given seconds; returns it in bytes. */
  async memoryAtRest(seconds = 1): Promise<number> {
    const end = performance.now() + patience;
    let memory = residentMemory(this.pid);
    for (let calm = 0; calm < seconds && performance.now() < end;) {
      await new Promise((resolve) => setTimeout(resolve, 1000));
      const before = memory;
      memory = residentMemory(this.pid);
      calm = Math.abs(memory / before - 1) < restingChange ? calm + 1 : 0;
    }
    return memory;
  }

  /**
   * Waits until the server has loaded everything it loads before its first dream; returns its memory in
   * bytes.
   */
  async started(): Promise<number> {
    return await this.memoryAtRest(2);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await end(this.#process, this.#data);
  }
}

function flags(data: string, providers: readonly string[]): string[] {
  return ["--port", "0", "--data", data, "--provider", providers.join(",")];
}

/** Reads the address that a server prints, and discards the rest of its output. */
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
