import assert from "node:assert/strict";
import { GraphBuilder } from "../../../models/onnx/build.ts";
import { workingMemory } from "../../../models/onnx/working_memory.ts";
import { ReverieError } from "../../../pipeline/errors.ts";
import { checkMemory } from "../../../pipeline/run/check_memory.ts";
import { parseParameters } from "../../../pipeline/settings/parameters.ts";
import { smallNetwork } from "../../small_network.ts";

Deno.test("the working memory of a graph is what lives at a time", () => {
  const g = new GraphBuilder();
  let x = g.input("x", "float32", [10, 10]);
  for (let index = 0; index < 5; index++) x = g.op("Tanh", [x]);
  g.output("y", x, "float32");
  assert.equal(workingMemory(g.build()), 800);
});

Deno.test("a dream is refused by its setting if its size or its octaves need more memory than it may take", async () => {
  const providers = ["cpu"];
  const size = { width: 3600, height: 2600 };
  const asked = (settings: Record<string, unknown>) => parseParameters({ ...smallNetwork, ...settings });
  const check = (settings: Record<string, unknown>, memory: number) =>
    checkMemory(size, asked(settings), { providers, memory });
  await check({ imageSize: 256 }, 1.6e9);
  const refused = (error: unknown) =>
    error instanceof ReverieError && error.field === "imageSize" &&
    /needs about \d\S* GB of memory at \d+x\d+ with \d+ octaves and may take \S+ GB here: lower/.test(
      error.message,
    );
  await assert.rejects(check({ imageSize: 4096, octaves: 12 }, 16e9), refused);
  await assert.rejects(check({ imageSize: 256, octaves: 12, octaveScale: 1.001 }, 1.6e9), refused);
});
