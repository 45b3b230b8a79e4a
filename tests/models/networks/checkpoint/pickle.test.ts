import assert from "node:assert/strict";
import { measuresMemory, read, refused, refusedWithin } from "./reading.ts";
import {
  concat,
  dictionary,
  floats,
  fourFloats,
  legacy,
  little,
  pickle,
  tensor,
  text,
  torchZip,
} from "./write.ts";

Deno.test("a pickle that names a function of Python is refused by that name, and nothing is run", async () => {
  const traces = await Deno.makeTempDir();
  const trace = `${traces}/ran`;
  const calls = {
    "os.system": concat("cos\nsystem\n(", text(`touch ${trace}`), "tR"),
    "posix.system": concat("cposix\nsystem\n(", text(`touch ${trace}`), "tR"),
    "builtins.eval": concat(
      text("builtins"),
      text("eval"),
      [0x93],
      text(`open("${trace}", "w")`),
      [0x85],
      "R",
    ),
    "subprocess.Popen": concat("csubprocess\nPopen\n(", text(trace), "tR"),
    "torch.load": concat("ctorch\nload\n(", text(trace), "tR"),
    "raft.RAFT": concat("craft\nRAFT\n)R"),
    "torch.ByteStorage": tensor({ kind: "ByteStorage" }),
    "constructor.constructor": concat("cconstructor\nconstructor\n)R"),
  };
  for (const [name, call] of Object.entries(calls)) {
    const expected = new RegExp(
      `holds "${name.replace(".", "\\.")}", which is not part of weights;.*; save model`,
    );
    await refused(torchZip(dictionary({ weight: call })), expected);
  }
  assert.deepEqual([...Deno.readDirSync(traces)], []);
  await Deno.remove(traces);
});

Deno.test("other ways to call or set up an object are refused", async () => {
  const dict = "ccollections\nOrderedDict\n";
  // OBJ, INST, NEWOBJ, NEWOBJ_EX, EXT1
  for (
    const [code, instructions] of Object.entries({
      "0x6f": `(${dict}o`,
      "0x69": "(ios\nsystem\n",
      "0x81": concat(dict, ")", [0x81]),
      "0x92": concat(dict, ")}", [0x92]),
      "0x82": concat([0x82, 1]),
    })
  ) {
    await refused(torchZip(pickle(instructions)), new RegExp(`instruction ${code}, .*; save model`));
  }
  await refused(torchZip(pickle(text("no function"), ")R")), /not part of weights/);
  await refused(torchZip(pickle(tensor({}), "}b")), /not part of weights/);
  await refused(torchZip(pickle(dict, "}R")), /not part of weights/);
});

Deno.test("weights are found in the dictionary that a training keeps them in, whatever is beside it", async () => {
  const folder = (name: string, content: Uint8Array) => concat("}(", text(name), content, "u");
  const weights = folder("weight", tensor({}));
  const beside = concat(text("best_epe"), tensor({ count: 1, dims: [1], key: "1" }));
  for (
    const data of [
      concat("}(", text("state_dict"), weights, beside, "u"),
      concat("}(", beside, text("model"), weights, "u"),
      folder("model", folder("state_dict", weights)),
      concat("}(", text("weight"), tensor({}), text("model"), folder("kind", text("small")), "u"),
    ]
  ) {
    const checkpoint = await read(torchZip(pickle(data), { 0: fourFloats, 1: floats(5) }));
    assert.deepEqual([...checkpoint.keys()], ["weight"]);
    assert.deepEqual([...checkpoint.get("weight")!.data], [1, 2, 3, 4]);
  }
  const none = /holds no tensors, nor do its "state_dict", "model", "model_state_dict"; save/;
  await refused(torchZip(pickle(folder("net", weights)), { 0: fourFloats }), none);
  const itself = concat("}q\0(", text("state_dict"), "h\0", text("model"), "h\0u");
  await refused(torchZip(pickle(itself)), none);
});

Deno.test("a pickle that makes no sense is refused", async () => {
  for (const instructions of ["0", "t", "h\x07", "(0", "u", "]s", "NQ", ")a"]) {
    await refused(torchZip(pickle(instructions)), /damaged|not part of weights/);
  }
  await refused(torchZip(pickle("N")), /no dictionary of tensors/);
  await refused(torchZip(dictionary({})), /holds no tensors/);
  await refused(torchZip(concat([0x80, 0], "}.")), /protocol 0/);
});

Deno.test("what a pickle claims to hold takes no memory", async () => {
  // Each list holds the previous one twice: 2^60 elements when counted, 600 bytes here.
  const twice = (index: number) => concat("](", ["h".charCodeAt(0), index, "h".charCodeAt(0), index], "e");
  const bomb = concat(
    "]q\0",
    ...Array.from({ length: 60 }, (_, index) => concat(twice(index), "q", [index + 1])),
  );
  await refused(torchZip(pickle(bomb)), /no dictionary of tensors/);
  // Its text is requested because it stands in place of a module's name.
  await refused(torchZip(pickle(bomb, text("x"), [0x93])), /damaged/);

  await refused(torchZip(pickle("X", little(0xffffffff, 4))), /cut short/);
  await refused(torchZip(pickle([0x8d], little(2 ** 52, 8))), /cut short/);
  await refused(torchZip(pickle([0x8d], little(0, 6), [255, 255])), /impossible size/);
});

Deno.test(
  "a pickle or a header too long for weights is refused, and takes no memory",
  measuresMemory,
  async () => {
    const tooMany = (instruction: string) => new Uint8Array(18_000_000).fill(instruction.charCodeAt(0));
    const tooLong = /holds a pickle of over 4 MB/;
    await refusedWithin(1500, legacy(concat([0x80, 2], tooMany("}"))), tooLong);
    await refused(legacy(concat([0x80, 2], tooMany("]"))), tooLong);
    // MEMOIZE, MARK
    await refused(legacy(concat([0x80, 2], "N", tooMany("\x94"))), tooLong);
    await refused(legacy(concat([0x80, 2], tooMany("("))), tooLong);
    // A complete text.
    await refused(legacy(pickle("X", little(18_000_000, 4), tooMany("a"))), tooLong);
    await refusedWithin(250, torchZip(pickle(tooMany("}"))), tooLong);
    await refused(concat(little(17 << 20, 8), "{", new Uint8Array(17 << 20)), /header of 17825792 bytes/);
  },
);
