/** The Worker's side of `worker_calls.ts`. */
/// <reference lib="deno.worker" />
import { toPlain } from "./plain_error.ts";
import type { AnswerMessage, CallMessage } from "./worker_calls.ts";

/** How a Worker answers. */
export interface Answering<Request, Answer> {
  answer: (request: Request) => Answer | Promise<Answer>;
  /** Buffers of an answer that are transferred instead of copied. */
  moved?: (answer: Answer, request: Request) => ArrayBuffer[];
  /** Called as soon as a request arrives; earlier requests may still be waiting. */
  onCall?: (request: Request) => void;
}

/** Answers every request to this Worker, one after another, so that a request can use the result of an earlier one. */
export function answerCalls<Request, Answer>(
  { answer, moved = () => [], onCall }: Answering<Request, Answer>,
): void {
  let queue = Promise.resolve();
  self.onmessage = ({ data: { id, request } }: MessageEvent<CallMessage<Request>>) => {
    onCall?.(request);
    queue = queue.then(async () => {
      try {
        const result = await answer(request);
        self.postMessage({ id, answer: result } satisfies AnswerMessage<Answer>, moved(result, request));
      } catch (thrown) {
        self.postMessage({ id, error: toPlain(thrown) } satisfies AnswerMessage<Answer>);
      }
    });
  };
}
