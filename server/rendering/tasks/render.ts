/** A dream from file to file, in the renderer's Worker. */
import { dreamVideo } from "../../../pipeline/run/dream_video.ts";
import { type Line, renamed } from "../../../pipeline/errors.ts";
import type { DoneEvent, StartEvent } from "../../../pipeline/run/events.ts";
import type { Parameters } from "../../../pipeline/settings/parameters.ts";
import type { Wish } from "../../../pipeline/settings/settle.ts";
import type { Instruction } from "../messages.ts";
import type { RenderJob } from "../job.ts";
import { clientLine } from "../../errors.ts";
import { Changes } from "./changes.ts";
import { PictureShow } from "./picture_show.ts";
import { settledParameters } from "./settled.ts";
import type { Task, TaskTools } from "./task.ts";

/**
 * Renders one job. Its settings may change meanwhile, and it pauses between frames while the gate is held.
 */
export class RenderTask implements Task {
  readonly #job: RenderJob;
  readonly #tools: TaskTools;
  readonly #changes: Changes;
  readonly #show: PictureShow;

  constructor(job: RenderJob, tools: TaskTools) {
    this.#job = job;
    this.#tools = tools;
    this.#changes = new Changes(job.parameters, job.changes, tools);
    this.#show = new PictureShow(tools.report);
  }

  get names() {
    const { input, output, hls } = this.#job;
    return {
      [input]: "the source",
      [output]: "the dream",
      [hls]: "the stream's folder",
    };
  }

  async run(): Promise<DoneEvent> {
    const { gate, signal } = this.#tools;
    try {
      await gate.pass(signal);
      return await this.#dream();
    } finally {
      gate.leave();
      await this.#show.close();
    }
  }

  instruct(instruction: Instruction): void {
    switch (instruction.kind) {
      case "change":
        this.#changes.ask(instruction);
        break;
      case "see":
        this.#show.everything = instruction.wanted;
        break;
    }
  }

  async #dream(): Promise<DoneEvent> {
    const { report, gate, signal, rigging } = this.#tools;
    const { changes: _, wish, ...job } = this.#job;
    const { parameters: expected } = job;
    const events = dreamVideo({
      ...job,
      ...rigging(),
      signal,
      ...(wish && { parameters: { expected, settle: () => this.#settle(wish) } }),
      settings: (index) => this.#changes.at(index),
      watch: this.#show,
      onDownload: (done, total) => report({ kind: "download", done, total }),
      onWarning: (line) => report({ kind: "warning", line: this.#told(line) }),
    });
    for await (const event of events) {
      if (event.event === "done") return event;
      if (event.event === "start") {
        this.#changes.start(event);
        report({ kind: "start", event: this.#shown(event) });
      } else {
        report({ kind: "frame", event });
        await gate.pass(signal);
      }
    }
    throw new Error("the dream ended without a word");
  }

  async #settle(wish: Wish): Promise<Parameters> {
    const parameters = await settledParameters(wish, this.#tools);
    this.#changes.begin(parameters);
    return parameters;
  }

  #shown({ flowReason, ...event }: StartEvent): StartEvent {
    if (flowReason === undefined) return event;
    return { ...event, flowReason: this.#told(flowReason) };
  }

  #told(line: Line): string {
    return clientLine(renamed(line, this.names));
  }
}
