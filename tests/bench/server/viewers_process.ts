/** The clients of `viewers.ts` in a separate process, so that they share no event loop with others. */
import { fileURLToPath } from "node:url";
import { processorSeconds } from "./process_facts.ts";
import type { ViewersOptions } from "./viewer_kinds.ts";

const script = fileURLToPath(new URL("viewers.ts", import.meta.url));

/** Clients that are let begin and rest. `Figures` is what they tell then. */
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

  /** Lets them begin; done when they are there. */
  async on(): Promise<void> {
    await this.#tell("on");
  }

  /** Lets them rest. */
  async off(): Promise<Figures> {
    return await this.#tell("off") as Figures;
  }

  /** Seconds of the processor's time that they have used. */
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
