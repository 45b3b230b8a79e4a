/** The thread on which DIS runs; `dis_thread.ts` is the other side. */
import { answerCalls } from "../worker_answers.ts";
import { disPair } from "./dis/dis.ts";
import type { DisRequest } from "./dis/messages.ts";
import { polish } from "./dis/polish.ts";
import type { FlowField, FlowPair } from "./flow.ts";

answerCalls<DisRequest, FlowPair | FlowField>({
  answer: (request) =>
    request.kind === "polish"
      ? polish(request.from, request.to, request.flow)
      : disPair(request.previous, request.current),
  moved: (flow) => {
    const fields = "data" in flow ? [flow] : [flow.backward, flow.forward];
    return fields.map(({ data }) => data.buffer as ArrayBuffer);
  },
});
