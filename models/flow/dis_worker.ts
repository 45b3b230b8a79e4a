/** The thread on which DIS runs; `dis_thread.ts` is the other side. */
/// <reference lib="deno.worker" />
import { disPair } from "./dis/dis.ts";
import type { DisAnswer, DisRequest } from "./dis/messages.ts";
import { polish } from "./dis/polish.ts";
import type { FlowField, FlowPair } from "./flow.ts";

self.onmessage = ({ data }: MessageEvent<DisRequest>) => {
  try {
    const flow = "flow" in data
      ? polish(data.from, data.to, data.flow)
      : disPair(data.previous, data.current);
    self.postMessage(flow satisfies DisAnswer, arraysOf(flow));
  } catch (thrown) {
    const error = thrown instanceof Error ? thrown : new Error(String(thrown));
    self.postMessage({ error } satisfies DisAnswer);
  }
};

function arraysOf(flow: FlowPair | FlowField): ArrayBuffer[] {
  const fields = "data" in flow ? [flow] : [flow.backward, flow.forward];
  return fields.map(({ data }) => data.buffer as ArrayBuffer);
}
