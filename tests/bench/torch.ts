/** PyTorch as packaged by Debian, for comparison. */
const python = "/usr/bin/python3";

/** Whether PyTorch is available. */
export async function hasTorch(): Promise<boolean> {
  try {
    const { success } = await new Deno.Command(python, {
      args: ["-c", "import torch"],
      stdout: "null",
      stderr: "null",
    }).output();
    return success;
  } catch {
    return false;
  }
}

/** A program that takes one step on each request. */
export class TorchStepper implements AsyncDisposable {
  readonly #process: Deno.ChildProcess;
  readonly #asked: WritableStreamDefaultWriter<Uint8Array>;
  readonly #answers: ReadableStreamDefaultReader<string>;

  constructor(args: readonly string[]) {
    const script = decodeURIComponent(new URL("torch_step.py", import.meta.url).pathname);
    this.#process = new Deno.Command(python, { args: [script, ...args], stdin: "piped", stdout: "piped" })
      .spawn();
    this.#asked = this.#process.stdin.getWriter();
    this.#answers = this.#process.stdout.pipeThrough(new TextDecoderStream()).getReader();
  }

  /** Seconds per step, as measured by the program itself. */
  async step(): Promise<number> {
    await this.#asked.write(new TextEncoder().encode("\n"));
    let line = "";
    while (!line.endsWith("\n")) {
      const { value, done } = await this.#answers.read();
      if (done) throw new Error("PyTorch's step has failed");
      line += value;
    }
    return Number(line);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#asked.close();
    await this.#answers.cancel();
    await this.#process.status;
  }
}
