import assert from "node:assert/strict";
import { join } from "node:path";
import { Engine } from "../../../models/engine/engine.ts";
import { ReverieError } from "../../../models/errors.ts";
import {
  checkFlow,
  chooseFlow,
  type ChosenFlow,
  type FlowRequest,
  mostForRaft,
  raftBytes,
  roomForRaft,
} from "../../../models/flow/choose.ts";
import { locateRaftWeights } from "../../../models/flow/raft_weights.ts";
import { withEmptyCache } from "../../environment.ts";
import { sharedFile } from "../../shared_data.ts";
import { need, testWith } from "../../needs.ts";
import { commandLine, terminalLine } from "../../../pipeline/command_line/spelling.ts";

const raftSmall = sharedFile("weights/raft-small.pth");

const size = { width: 64, height: 48 };

/** Chooses with an engine on the processor, and closes the chosen estimator. */
async function chosen(request: Partial<FlowRequest>): Promise<{ name: string; reason: string | undefined }> {
  await using engine = await Engine.start({ providers: ["cpu"] });
  const { estimator, reason }: ChosenFlow = await chooseFlow({
    ...{ flow: "auto", updates: 4, engine, size, frameSeconds: () => Promise.resolve(100), frameKey: "test" },
    ...request,
  });
  estimator.close();
  return { name: estimator.name, reason: reason && terminalLine(reason) };
}

/** Asserts that an error is meant for the user, in one line. */
function tells(expected: RegExp): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof ReverieError && !error.message.includes("\n"), String(error));
    assert.match(error.told(commandLine), expected);
    return true;
  };
}

let shipped: string | undefined;
await withEmptyCache(async () => void (shipped = await locateRaftWeights()));
const noneShipped = need(shipped === undefined, "the program came with weights of RAFT");

testWith(
  noneShipped,
  "without weights auto is DIS, without a word, and RAFT is refused with what to do",
  async () => {
    await withEmptyCache(async () => {
      assert.deepEqual(await chosen({}), { name: "dis", reason: undefined });
      await assert.rejects(chosen({ flow: "raft" }), tells(/"models pull raft-small"/));
    });
  },
);

Deno.test("weights that are named and are not here are refused with what to do", () =>
  withEmptyCache(async () => {
    await assert.rejects(chosen({ model: "raft-large" }), tells(/"models pull raft-large"/));
    await assert.rejects(chosen({ flow: "raft", model: "raft-large" }), tells(/"models pull raft-large"/));
    await assert.rejects(chosen({ model: "/none.pth" }), tells(/\/none\.pth: there is no such file/));
    assert.equal((await chosen({ flow: "dis", model: "/none.pth" })).name, "dis");
  }));

testWith(
  raftSmall,
  "auto takes RAFT where it costs little, once measured for good, and says why",
  async () => {
    const model = raftSmall.path;
    await withEmptyCache(async () => {
      let asked = 0;
      const frame = (seconds: number) => () => Promise.resolve((asked++, seconds));
      const first = await chosen({ model, frameSeconds: frame(1000) });
      assert.equal(first.name, "raft-small");
      assert.match(first.reason!, /^\d\S* s a pair, the rest of a frame 1000 s$/);
      assert.deepEqual(await chosen({ model, frameSeconds: frame(1e-6) }), first);
      assert.equal(asked, 1);

      const costly = await chosen({ model, frameSeconds: frame(1e-6), frameKey: "another" });
      assert.equal(costly.name, "dis");
      assert.match(costly.reason!, /^raft-small takes \S+ s a pair, the rest of a frame/);
      assert.equal(asked, 2);
    });
  },
);

testWith(raftSmall, "auto that is stopped chooses nothing and keeps nothing", async () => {
  const model = raftSmall.path;
  await withEmptyCache(async (folder) => {
    const named = join(folder, "networks", "raft_small_C_T_V2-01064c6d.pth");
    await Deno.mkdir(join(folder, "networks"));
    await Deno.copyFile(model, named);
    const reason = new Error("stopped");
    for (const request of [{}, { model }]) {
      const controller = new AbortController();
      // While the cost of a frame is measured, just before a pair is tried.
      const frameSeconds = () => Promise.resolve((controller.abort(reason), 1000));
      const stopped = chosen({ ...request, signal: controller.signal, frameSeconds });
      await assert.rejects(stopped, (error) => error === reason);
      await assert.rejects(Deno.stat(join(folder, "flow_costs")), Deno.errors.NotFound);
    }
  });
});

testWith(raftSmall, "RAFT is taken where it is asked for, whatever it costs", async () => {
  const model = raftSmall.path;
  const frameSeconds = () => Promise.reject(new Error("nobody needs to know"));
  assert.deepEqual(await chosen({ flow: "raft", model, frameSeconds }), {
    name: "raft-small",
    reason: undefined,
  });
});

Deno.test("weights that are broken are a reason for DIS, unless they were named", () =>
  withEmptyCache(async (folder) => {
    await Deno.mkdir(join(folder, "networks"));
    const model = join(folder, "networks", "raft_small_C_T_V2-01064c6d.pth");
    await Deno.writeTextFile(model, "<html>");
    if (await locateRaftWeights() === model) {
      const { name, reason } = await chosen({});
      assert.equal(name, "dis");
      assert.match(reason!, /^the weights of RAFT are not usable: .*neither a PyTorch checkpoint/);
    }
    await assert.rejects(chosen({ model }), tells(/neither a PyTorch checkpoint/));
    await assert.rejects(chosen({ flow: "raft", model }), tells(/neither a PyTorch checkpoint/));
  }));

Deno.test("what RAFT needs is as it was measured, and grows with the square of the pixels", () => {
  // Peak resident memory over several pairs with raft-small, minus the memory of the program before.
  const measured: [number, number, number][] = [
    [256, 192, 0.15e9],
    [512, 384, 0.90e9],
    [640, 480, 1.68e9],
    [768, 576, 3.33e9],
    [896, 672, 5.42e9],
    [1024, 768, 9.37e9],
  ];
  for (const [width, height, bytes] of measured) {
    const share = raftBytes({ width, height }) / bytes;
    assert.ok(share > 1 && share < 1.2, `${width}x${height}: ${share}`);
  }
  assert.ok(raftBytes({ width: 2048, height: 1152 }) > 60e9);
});

Deno.test("RAFT may take a part of the memory there is, and of what a limit leaves", () => {
  const room = roomForRaft();
  assert.ok(room > 0 && room < Deno.systemMemoryInfo().total);
  assert.ok(roomForRaft(1e8) < 1e8);
  assert.ok(mostForRaft(1e9) > 5e8 && mostForRaft(1e9) < 1e9);
});

testWith(
  raftSmall,
  "pictures that are too large for the memory are told before there is an engine, and what to lower",
  async () => {
    const model = raftSmall.path;
    const huge = { model, size: { width: 2048, height: 1536 } };
    const said =
      /^RAFT needs 1[23]\d(\.\d)? GB of memory at 2048x1536 and may take \S+ GB here: lower --flow-size$/;
    await assert.rejects(checkFlow({ flow: "raft", ...huge }), tells(said));
    await assert.rejects(chosen({ flow: "raft", ...huge }), tells(said));
    await assert.rejects(
      chosen({ flow: "raft", sizeField: "imageSize", ...huge }),
      tells(/at 2048x1536 and .*: lower --image-size$/),
    );
    await checkFlow({ flow: "auto", ...huge });
    await checkFlow({ flow: "raft", model, size });
    assert.deepEqual(await chosen(huge), { name: "dis", reason: "RAFT is for smaller flow sizes" });
    const modest = { model, size: { width: 640, height: 480 } };
    assert.deepEqual(await chosen({ ...modest, size: { width: 768, height: 576 } }), {
      name: "dis",
      reason: "RAFT is for smaller flow sizes",
    });
    await assert.rejects(chosen({ flow: "raft", room: 1e9, ...modest }), tells(/needs \S+ GB .* take 1 GB/));
    assert.equal((await chosen({ room: 1e9, ...modest })).name, "dis");
  },
);
