/** Networks that hold one byte of their source, and how downloads of them fail. */
import assert from "node:assert/strict";
import type { ErrorCode } from "../../models/error_codes.ts";
import { ReverieError } from "../../models/errors.ts";
import { GraphBuilder } from "../../models/onnx/build.ts";
import { floatTensor, type Model } from "../../models/onnx/model.ts";
import { readModel } from "../../models/onnx/read.ts";

/** A network that contains one byte of its source. */
export function networkOf(byte: number): Model {
  const g = new GraphBuilder();
  g.output("y", g.mul(g.input("x", "float32", [1]), g.constant(floatTensor([byte], []), "byte")), "float32");
  return g.build();
}

/** The byte in a network file made by {@link networkOf}. */
export const byteOf = async (path: string) =>
  readModel(await Deno.readFile(path)).graph.initializers.get("byte")!.data[0];

/** Asserts that a download fails with one line for the user. */
export async function failed(promise: Promise<unknown>, code: ErrorCode, expected: RegExp): Promise<void> {
  await assert.rejects(promise, (error) => {
    assert.ok(error instanceof ReverieError, String(error));
    assert.equal(error.exitCode, 1);
    assert.ok(!error.message.includes("\n"), error.message);
    assert.match(error.message, expected);
    assert.equal(error.code, code);
    return true;
  });
}

/** Names in a folder, sorted. */
export const names = (folder: string) => [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
