/** Reads checkpoints for tests, and asserts how they are refused. */
import assert from "node:assert/strict";
import type { Checkpoint } from "../../../../models/networks/checkpoint/checkpoint.ts";
import { readCheckpoint } from "../../../../models/networks/checkpoint/read.ts";
import { ReverieError } from "../../../../models/errors.ts";
import { runScript } from "../../../run_deno.ts";
import type { Reading } from "./peak_memory.ts";

/** Calls with the path of a temporary file that holds these bytes. */
export async function withFile<T>(bytes: Uint8Array, use: (path: string) => Promise<T>): Promise<T> {
  const path = await Deno.makeTempFile({ suffix: ".pth" });
  try {
    await Deno.writeFile(path, bytes);
    return await use(path);
  } finally {
    await Deno.remove(path);
  }
}

/** The result of {@link readCheckpoint} for these bytes. */
export function read(bytes: Uint8Array): Promise<Checkpoint> {
  return withFile(bytes, readCheckpoint);
}

/** Asserts that bytes are refused in one line that names the file and matches the expectation. */
export function refused(bytes: Uint8Array, expected: RegExp): Promise<void> {
  return withFile(bytes, async (path) => {
    await assert.rejects(readCheckpoint(path), (error) => {
      assert.ok(error instanceof ReverieError, String(error));
      assert.ok(error.message.startsWith(path) && !error.message.includes("\n"), error.message);
      assert.match(error.message, expected);
      return true;
    });
  });
}

/** Options of tests that measure memory, which only Linux records. */
export const measuresMemory: { ignore: boolean } = { ignore: Deno.build.os !== "linux" };

/**
 * Asserts that a separate process refuses bytes as expected without using more than the given number of MB.
 */
export function refusedWithin(megabytes: number, bytes: Uint8Array, expected: RegExp): Promise<void> {
  return withFile(bytes, async (path) => {
    const script = "tests/models/networks/checkpoint/peak_memory.ts";
    const { code, stdout, stderr } = await runScript(script, [path]);
    assert.equal(code, 0, stderr);
    const { outcome, peak }: Reading = JSON.parse(stdout);
    assert.match(outcome, /^ReverieError: [^\n]+$/);
    assert.match(outcome, expected);
    assert.ok(peak < megabytes, `${peak} MB`);
  });
}
