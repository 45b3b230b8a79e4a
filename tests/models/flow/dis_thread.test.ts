import assert from "node:assert/strict";
import { toGrey } from "../../../models/flow/dis/grey.ts";
import { DisThread } from "../../../models/flow/dis_thread.ts";
import { movedPair, translation } from "./synthetic.ts";

const images = () => movedPair(64, 48, translation(2, 0)).map(toGrey);

Deno.test("a request whose arrays are gone is rejected, and those that wait are answered", async () => {
  using thread = new DisThread();
  const [previous, current] = images();
  const [before, now] = images();
  const first = thread.run({ kind: "pair", previous: previous!, current: current! });
  const gone = thread.run({ kind: "pair", previous: previous!, current: current! });
  const last = thread.run({ kind: "pair", previous: before!, current: now! });
  await assert.rejects(gone, { name: "DataCloneError" });
  await first;
  const { forward } = await last;
  assert.equal(Math.round(forward.data[24 * 64 + 32]!), 2);
});
