/** Changes that were asked for and wait for the frame with which they begin. */
import type { SomeParameters } from "../../pipeline/settings/parameters.ts";
import type { TaskReport } from "./messages.ts";
import type { TaskLink } from "./worker_link.ts";
import { fromPlain, ReverieError } from "../../pipeline/errors.ts";

/** Asks for changes and gives each the answer that belongs to it. */
export class ChangeAnswers {
  readonly #waiting = new Map<number, PromiseWithResolvers<number>>();
  #last = 0;
  #over = false;

  /** Resolves with the first frame made with the change. Rejected with a ReverieError where it is refused. */
  ask(link: TaskLink, parameters: SomeParameters): Promise<number> {
    if (this.#over) return Promise.reject(tooLate());
    const answer = Promise.withResolvers<number>();
    const change = ++this.#last;
    this.#waiting.set(change, answer);
    link.instruct({ kind: "change", change, parameters });
    return answer.promise;
  }

  answer(report: TaskReport & { kind: "applied" | "refused" }): void {
    const answer = this.#waiting.get(report.change);
    this.#waiting.delete(report.change);
    if (report.kind === "applied") answer?.resolve(report.frame);
    else answer?.reject(fromPlain(report.error));
  }

  /** The dream is over: nothing more takes effect. */
  end(): void {
    this.#over = true;
    for (const answer of this.#waiting.values()) answer.reject(tooLate());
    this.#waiting.clear();
  }
}

function tooLate(): ReverieError {
  return new ReverieError("conflict", "the dream ended before the change took effect");
}
