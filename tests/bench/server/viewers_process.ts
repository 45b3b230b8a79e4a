/** The clients of `viewers.ts` in a separate process, so that they share no event loop with others. */
import { fileURLToPath } from "node:url";
import { processorSeconds } from "./process_facts.ts";
import type { ViewersOptions } from "./viewer_kinds.ts";

const script = fileURLToPath(new URL("viewers.ts", import.meta.url));

/** Clients that can be started and stopped. `Figures` is the type of what they report when stopped. */
export class ViewersProcess<Figures> implements AsyncDisposable {
  readonly #process: Deno.ChildProcess;
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;
  readonly #output: ReadableStreamDefaultReader<string>;
  #text = "";

  constructor(options: ViewersOptions) {
    this.#process = new Deno.Command(Deno.execPath(), {
      args: ["run", "--quiet", "--allow-all", script, JSON.stringify(options)],
      stdin: "piped",
      stdout: "piped",
    }).spawn();
    this.#input = this.#process.stdin.getWriter();
    this.#output = this.#process.stdout.pipeThrough(new TextDecoderStream()).getReader();
  }

  /** Starts the clients; resolves when they are connected. */
  async on(): Promise<void> {
    await this.#tell("on");
  }

  /** Stops the clients. */
  async off(): Promise<Figures> {
    return await this.#tell("off") as Figures;
  }

  /** CPU time that the clients have used, in seconds. */
  get processorSeconds(): number {
    return processorSeconds(this.#process.pid);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#input.close().catch(() => {});
    await this.#output.cancel();
    await this.#process.status;
  }

  async #tell(command: string): Promise<unknown> {
    await this.#input.write(new TextEncoder().encode(`${command}\n`));
    while (!this.#text.includes("\n")) {
      const { done, value } = await this.#output.read();
      if (done) throw new Error("the process of the viewers has ended");
      this.#text += value;
    }
    const [line, ...rest] = this.#text.split("\n");
    this.#text = rest.join("\n");
    return JSON.parse(line!);
  }
}
