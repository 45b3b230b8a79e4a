/** A dream on a camera's pictures, in the renderer's Worker. */
import { type DreamedLiveFrame, dreamLive, type LiveFrame } from "../../../pipeline/run/dream_live.ts";
import { settings } from "../../../pipeline/settings/settle.ts";
import { decodeJpeg, encodeJpeg } from "../jpeg.ts";
import type { CameraJob, Instruction } from "../messages.ts";
import { Newest } from "../newest.ts";
import { Changes } from "./changes.ts";
import { settledParameters } from "./settled.ts";
import { buffersOf, type Task, type TaskTools } from "./task.ts";

/** A picture as received. */
type Picture = Instruction & { kind: "picture" };

/**
 * Dreams pictures as they arrive until it is stopped; a rendering pauses meanwhile. Each picture is requested
 * when the one before is done, so that it is the newest available.
 */
export class CameraTask implements Task {
  readonly names = {};
  readonly #job: CameraJob;
  readonly #tools: TaskTools;
  readonly #changes: Changes;
  readonly #dreamed = new Newest<DreamedLiveFrame>();
  #next: PromiseWithResolvers<Picture | undefined> | undefined;
  #frame = 0;
  #over = false;

  constructor(job: CameraJob, tools: TaskTools) {
    this.#job = job;
    this.#tools = tools;
    this.#changes = new Changes(settings(job.wish), [], tools);
    tools.signal.addEventListener("abort", () => this.#end());
  }

  async run(): Promise<null> {
    const { gate, signal } = this.#tools;
    try {
      await gate.hold(signal);
      // Wait for both, so that nothing runs when the gate opens.
      const ends = await Promise.allSettled([this.#dream(), this.#tell()]);
      for (const end of ends) if (end.status === "rejected") throw end.reason;
    } catch (error) {
      if (!signal.aborted) throw error;
    } finally {
      gate.release();
    }
    return null;
  }

  instruct(instruction: Instruction): void {
    switch (instruction.kind) {
      case "picture":
        this.#next?.resolve(instruction);
        break;
      case "change":
        this.#changes.ask(instruction);
        break;
    }
  }

  async #dream(): Promise<void> {
    const { signal, report, rigging } = this.#tools;
    const { width, height, wish } = this.#job;
    try {
      const parameters = await settledParameters(wish, this.#tools);
      this.#changes.begin(parameters);
      const frames = dreamLive(this.#pictures(), {
        ...{ width, height, parameters, signal },
        ...rigging(),
        settings: () => this.#changes.at(this.#frame),
        onStart: ({ provider }) => {
          this.#changes.start({ width, height, provider });
          report({ kind: "opened", width, height, provider, parameters });
        },
      });
      for await (const frame of frames) this.#dreamed.offer(frame);
    } finally {
      this.#dreamed.close();
    }
  }

  async *#pictures(): AsyncGenerator<LiveFrame> {
    while (!this.#over) {
      this.#next = Promise.withResolvers();
      this.#tools.report({ kind: "wanted" });
      const picture = await this.#next.promise;
      if (!picture) return;
      this.#frame = picture.frame;
      yield { id: picture.frame, rgb: await decodeJpeg(picture.jpeg, this.#job) };
    }
  }

  /** Encodes and reports each picture while the next one is being dreamed. */
  async #tell(): Promise<void> {
    const { width, height } = this.#job;
    try {
      for await (const { id, rgb, loss, motion, visible } of this.#dreamed) {
        const picture = { width, height, channels: 3, data: rgb };
        const { bytes: jpeg } = await encodeJpeg(picture, Math.max(width, height));
        const frame = { frame: id, jpeg, loss, motion, visible };
        this.#tools.report({ kind: "dreamed", frame }, buffersOf(jpeg));
      }
    } finally {
      this.#end();
    }
  }

  /** Stops taking pictures. */
  #end(): void {
    this.#over = true;
    this.#next?.resolve(undefined);
  }
}
