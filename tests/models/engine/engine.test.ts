import assert from "node:assert/strict";
import { Engine } from "../../../models/engine/engine.ts";
import { EnginePool } from "../../../models/engine/pool.ts";
import { ReverieError } from "../../../models/errors.ts";
import { GraphBuilder } from "../../../models/onnx/build.ts";
import { floatTensor, type Model } from "../../../models/onnx/model.ts";
import { need, testWith } from "../../needs.ts";
import { cudaRuns } from "./cuda_runs.ts";
import { commandLine } from "../../../pipeline/command_line/spelling.ts";

const cuda = await cudaRuns();

/** y = 2 x, z = x + 1, for a vector of any length. */
function doubling(): Model {
  const g = new GraphBuilder();
  const x = g.input("x", "float32", ["n"]);
  g.output("y", g.mul(x, g.scalar(2)), "float32");
  g.output("z", g.add(x, g.scalar(1)), "float32");
  return g.build();
}

/** A product of square matrices that keeps one core busy for a while. */
function heavy(size: number): Model {
  const g = new GraphBuilder();
  let x = g.input("x", "float32", [size, size]);
  for (let i = 0; i < 8; i++) x = g.op("Tanh", [g.matmul(x, x)]);
  g.output("y", x, "float32");
  return g.build();
}

Deno.test("a graph runs and its values stay with the engine until taken", async () => {
  using engine = await Engine.start({ providers: ["cpu"] });
  assert.equal(engine.provider, "cpu");
  const session = await engine.load(doubling());
  const first = await session.run<"y" | "z">({ x: floatTensor([1, 2, 3]) });
  const second = await session.run<"y" | "z">({ x: first.y });
  assert.deepEqual([...(await second.y.read()).data], [4, 8, 12]);
  assert.deepEqual([...(await second.y.take()).data], [4, 8, 12]);
  assert.deepEqual([...(await first.z.take()).data], [2, 3, 4]);
  await assert.rejects(second.y.read(), /released/);
  await session.release();
  await assert.rejects(session.run({ x: floatTensor([1]) }), /released/);
});

Deno.test("the calling thread stays free while a graph runs", async () => {
  using engine = await Engine.start({ providers: ["cpu"], threads: 1 });
  const session = await engine.load(heavy(1024));
  const x = await engine.put({
    type: "float32",
    dims: [1024, 1024],
    data: new Float32Array(1024 * 1024).fill(0.01),
  });
  let longestGap = 0, last = performance.now(), running = true;
  const timer = setInterval(() => {
    const now = performance.now();
    if (running) longestGap = Math.max(longestGap, now - last);
    last = now;
  }, 1);
  const start = performance.now();
  await session.run({ x });
  const took = performance.now() - start;
  running = false;
  clearInterval(timer);
  assert.ok(longestGap < took / 2, `the thread was blocked for ${longestGap} of ${took} ms`);
});

testWith(
  need(cuda.unmet !== undefined, "CUDA runs here"),
  "a provider that cannot load is reported and the next one taken",
  async () => {
    using engine = await Engine.start({ providers: ["cuda", "cpu"] });
    assert.equal(engine.provider, "cpu");
    assert.equal(engine.refused[0]?.provider, "cuda");
    assert.notEqual(engine.refused[0]?.reason, "");
  },
);

Deno.test("no working provider is an error that says what to do", async () => {
  await assert.rejects(
    Engine.start({ providers: ["abacus"] }),
    (error) => error instanceof ReverieError && /abacus.*--provider cpu/.test(error.told(commandLine)),
  );
});

Deno.test("a model that onnxruntime refuses rejects and the engine goes on", async () => {
  using engine = await Engine.start({ providers: ["cpu"] });
  const g = new GraphBuilder();
  g.output("y", g.op("NoSuchOperator", [g.input("x", "float32", [1])]), "float32");
  await assert.rejects(engine.load(g.build()), /NoSuchOperator/);
  const session = await engine.load(doubling());
  assert.deepEqual([...(await (await session.run({ x: floatTensor([4]) })).y!.take()).data], [8]);
});

Deno.test("closing the engine rejects what is under way", async () => {
  const engine = await Engine.start({ providers: ["cpu"] });
  const session = await engine.load(heavy(1024));
  const x = { type: "float32", dims: [1024, 1024], data: new Float32Array(1024 * 1024) } as const;
  const running = session.run({ x });
  setTimeout(() => engine.close(), 20);
  await assert.rejects(running, /closed/);
});

Deno.test("releasing the engine rejects what is under way and ends it", async () => {
  const engine = await Engine.start({ providers: ["cpu"] });
  const session = await engine.load(heavy(1024));
  const x = { type: "float32", dims: [1024, 1024], data: new Float32Array(1024 * 1024) } as const;
  const rejected = assert.rejects(session.run({ x }), /closed/);
  await engine.release();
  await rejected;
  await assert.rejects(engine.load(doubling()), /closed/);
  await engine.release();
});

Deno.test({
  name: "an engine that is released leaves no threads of its sessions",
  ignore: Deno.build.os !== "linux",
  async fn() {
    const threads = () => Array.from(Deno.readDirSync("/proc/self/task")).length;
    const round = async () => {
      await using engine = await Engine.start({ providers: ["cpu"], threads: 4 });
      for (let i = 0; i < 3; i++) await engine.load(doubling());
    };
    await round();
    const before = threads();
    for (let i = 0; i < 3; i++) await round();
    assert.ok(threads() < before + 9, `${threads()} threads, ${before} before`);
  },
});

Deno.test("engines of a pool share their Workers, and a released one reaches nothing of the next", async () => {
  using pool = new EnginePool();
  const first = await Engine.start({ providers: ["cpu"], pool });
  const session = await first.load(doubling());
  const { y } = await session.run<"y">({ x: floatTensor([1]) });
  await first.release();
  assert.equal(pool.idle, 1);
  const second = await Engine.start({ providers: ["cpu"], pool });
  assert.equal(pool.idle, 0);
  await assert.rejects(y.read(), /closed/);
  await assert.rejects(session.run({ x: floatTensor([1]) }), /closed/);
  first.close();
  const { y: other } = await (await second.load(doubling())).run<"y">({ x: floatTensor([3]) });
  assert.deepEqual([...(await other.take()).data], [6]);
  await second.release();
  assert.equal(pool.idle, 1);
});
