/** Requested changes that wait for their first frame. */
import type { SomeParameters } from "../../pipeline/settings/parameters.ts";
import type { TaskReport } from "./messages.ts";
import type { TaskLink } from "./worker_link.ts";
import { fromPlain, ReverieError } from "../../pipeline/errors.ts";

/** Sends changes to the Worker and matches each with its answer. */
export class ChangeAnswers {
  readonly #waiting = new Map<number, PromiseWithResolvers<number>>();
  #last = 0;
  #over = false;

  /**
   * Requests a change and resolves with the first frame made with it.
   *
   * @throws {ReverieError} if the change is refused or the work has ended
   */
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

  /** Rejects all pending changes, since the work has ended. */
  end(): void {
    this.#over = true;
    for (const answer of this.#waiting.values()) answer.reject(tooLate());
    this.#waiting.clear();
  }
}

function tooLate(): ReverieError {
  return new ReverieError("conflict", "the dream ended before the change took effect");
}
