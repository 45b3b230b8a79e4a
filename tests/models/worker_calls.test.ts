import assert from "node:assert/strict";
import { ReverieError } from "../../models/errors.ts";
import { WorkerCalls } from "../../models/worker_calls.ts";
import { commandLine } from "../../pipeline/command_line/spelling.ts";

Deno.test("the error of a call keeps its class, its words and its cause", async () => {
  const worker = new Worker(new URL("refusing_worker.ts", import.meta.url), { type: "module" });
  const calls = new WorkerCalls<{ kind: "refuse" }, { refuse: null }>(worker, "the refuser");
  try {
    await assert.rejects(calls.call({ kind: "refuse" }), (error) => {
      assert.ok(error instanceof ReverieError, String(error));
      assert.deepEqual([error.code, error.field], ["invalid_parameter", "blend"]);
      assert.equal(error.told(commandLine), "--blend is refused");
      assert.ok(error.cause instanceof TypeError);
      return true;
    });
  } finally {
    calls.close();
  }
});
