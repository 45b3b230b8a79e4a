/** The thread on which DIS runs; `dis_estimator.ts` is the other side. */
/// <reference lib="deno.worker" />
import { disPair } from "./dis/dis.ts";
import type { DisAnswer, DisRequest } from "./dis/messages.ts";

self.onmessage = ({ data: { previous, current } }: MessageEvent<DisRequest>) => {
  try {
    const pair = disPair(previous, current);
    const moved = [pair.backward.data.buffer, pair.forward.data.buffer] as ArrayBuffer[];
    self.postMessage(pair satisfies DisAnswer, moved);
  } catch (thrown) {
    const error = thrown instanceof Error ? thrown : new Error(String(thrown));
    self.postMessage({ error } satisfies DisAnswer);
  }
};
