import assert from "node:assert/strict";
import { ReverieError } from "../../../models/errors.ts";
import { onnx } from "../../../models/onnx/proto.ts";
import { readModel } from "../../../models/onnx/read.ts";

/** A network y = Relu(x + w) whose weight w, of four floats, is described by `entries`. */
function networkWith(entries: Record<string, string>): Uint8Array {
  const value = (name: string) => ({ name, type: { tensorType: { elemType: 1 } } });
  return onnx.ModelProto.encode({
    irVersion: 8,
    opsetImport: [{ domain: "", version: 17 }],
    graph: {
      name: "small",
      input: [value("x")],
      output: [value("y")],
      node: [{ opType: "Add", input: ["x", "w"], output: ["y"] }],
      initializer: [{
        name: "w",
        dataType: 1,
        dims: [4],
        dataLocation: 1,
        externalData: Object.entries(entries).map(([key, value]) => ({ key, value })),
      }],
    },
  }).finish();
}

async function withWeights(call: (folder: string) => void): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.mkdir(`${folder}/parts`);
    await Deno.writeFile(`${folder}/parts/w.data`, new Uint8Array(Float32Array.of(0, 1, 2, 3, 4, 5).buffer));
    call(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("weights are read from a file beside the network", () =>
  withWeights((folder) => {
    const weightOf = (entries: Record<string, string>) =>
      readModel(networkWith(entries), { folder }).graph.initializers.get("w")!.data;
    assert.deepEqual(weightOf({ location: "parts/w.data" }), Float32Array.of(0, 1, 2, 3));
    const part = { location: "./parts/w.data", offset: "8", length: "16" };
    assert.deepEqual(weightOf(part), Float32Array.of(2, 3, 4, 5));
  }));

Deno.test("a file of weights that is missing, too short or elsewhere is refused by name", () =>
  withWeights((folder) => {
    const refused = (entries: Record<string, string>, pattern: RegExp) =>
      assert.throws(
        () => readModel(networkWith(entries), { folder }),
        (error) => error instanceof ReverieError && pattern.test(error.message),
      );
    refused({ location: "other.data" }, /second file, .*other\.data, which is missing; put it there/);
    refused({ location: "parts" }, /parts, which is missing/);
    refused({ location: "parts/w.data", offset: "16" }, /w\.data, which is too short: 24 bytes, not 32/);
    refused({ location: "parts/w.data", length: "8" }, /contradict each other/);
    for (
      const location of ["../w.data", "/etc/passwd", "parts/../../w.data", "..\\w.data", "C:\\w.data", ""]
    ) {
      refused({ location }, /outside of its folder/);
    }
    assert.throws(() => readModel(networkWith({ location: "parts/w.data" })), /lie in a second file/);
  }));

Deno.test("a file that ends early, a pointer of Git LFS and a web page are told apart", () => {
  const refused = (bytes: Uint8Array, pattern: RegExp) => assert.throws(() => readModel(bytes), pattern);
  const text = (content: string) => new TextEncoder().encode(content);
  refused(networkWith({ location: "w" }).slice(0, 60), /it ends in the middle; fetch it again/);
  refused(text("version https://git-lfs.github.com/spec/v1\noid sha256:0\n"), /pointer of Git LFS/);
  refused(text("<!DOCTYPE html><html>"), /it is a web page/);
});
