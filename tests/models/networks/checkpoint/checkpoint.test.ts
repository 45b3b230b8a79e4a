import assert from "node:assert/strict";
import { constants, deflateRawSync } from "node:zlib";
import { UserError } from "../../../../models/errors.ts";
import { type Checkpoint, readCheckpoint } from "../../../../models/networks/checkpoint/checkpoint.ts";
import { Random } from "../../../../pipeline/random.ts";
import { runScript } from "../../../run_deno.ts";
import { readSharedData, sharedDataPath } from "../../../shared_data.ts";
import type { Reading } from "./peak_memory.ts";
import {
  concat,
  dictionary,
  floats,
  integer,
  little,
  pickle,
  safetensors,
  tensor,
  text,
  torchZip,
  zip,
} from "./write.ts";

function fixture(name: string): string {
  return decodeURIComponent(new URL(`../../../fixtures/${name}`, import.meta.url).pathname);
}

async function withFile<T>(bytes: Uint8Array, use: (path: string) => Promise<T>): Promise<T> {
  const path = await Deno.makeTempFile({ suffix: ".pth" });
  try {
    await Deno.writeFile(path, bytes);
    return await use(path);
  } finally {
    await Deno.remove(path);
  }
}

function read(bytes: Uint8Array): Promise<Checkpoint> {
  return withFile(bytes, readCheckpoint);
}

/** Says that bytes are refused in one line that names the file and is as expected. */
function refused(bytes: Uint8Array, expected: RegExp): Promise<void> {
  return withFile(bytes, async (path) => {
    await assert.rejects(readCheckpoint(path), (error) => {
      assert.ok(error instanceof UserError, String(error));
      assert.ok(error.message.startsWith(path) && !error.message.includes("\n"), error.message);
      assert.match(error.message, expected);
      return true;
    });
  });
}

const measuresMemory = { ignore: Deno.build.os !== "linux" };

/** Says that a process of its own refuses bytes as expected without ever holding more than so many MB. */
function refusedWithin(megabytes: number, bytes: Uint8Array, expected: RegExp): Promise<void> {
  return withFile(bytes, async (path) => {
    const script = "tests/models/networks/checkpoint/peak_memory.ts";
    const { code, stdout, stderr } = await runScript(script, [path]);
    assert.equal(code, 0, stderr);
    const { outcome, peak }: Reading = JSON.parse(stdout);
    assert.match(outcome, /^UserError: [^\n]+$/);
    assert.match(outcome, expected);
    assert.ok(peak < megabytes, `${peak} MB`);
  });
}

const legacyMagic = concat(
  [0x80, 2, 0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19],
  ".",
);

/** A checkpoint of the older layout; what comes after the machine is given. */
function legacy(...parts: Uint8Array[]): Uint8Array {
  return concat(legacyMagic, pickle(integer(1001)), pickle("}"), ...parts);
}

const fourFloats = floats(1, 2, 3, 4);

for (const layout of ["zip", "legacy", "training"]) {
  Deno.test(`a checkpoint that PyTorch wrote (${layout}) is read, whatever its elements are`, async () => {
    const checkpoint = await readCheckpoint(fixture(`checkpoint_${layout}.pth`));
    const tensors = Object.fromEntries(
      [...checkpoint].map(([name, { dims, data }]) => [
        name.replace("module.", ""),
        { dims, values: [...data] },
      ]),
    );
    const eighths = Array.from({ length: 12 }, (_, index) => index / 8);
    assert.deepEqual(tensors, {
      float: { dims: [3, 4], values: eighths },
      transposed: { dims: [4, 3], values: [0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11].map((index) => index / 8) },
      tail: { dims: [2], values: [1.25, 1.375] },
      half: { dims: [6], values: [1.5, -2, 2 ** -14, 2 ** -24, 65504, Infinity] },
      bfloat16: { dims: [2], values: [1.5, -3] },
      double: { dims: [2], values: [Math.fround(0.1), -1e10] },
      count: { dims: [], values: [-7] },
      empty: { dims: [0, 3], values: [] },
      parameter: { dims: [1, 1], values: [0.25] },
    });
  });
}

Deno.test("the official RAFT-small is read: 106 tensors, 990,162 parameters", async () => {
  const path = await sharedDataPath("weights/raft-small.pth");
  if (!path) return;
  const checkpoint = await readCheckpoint(path);
  assert.equal(checkpoint.size, 106);
  assert.deepEqual(checkpoint.get("module.fnet.conv1.weight")?.dims, [32, 3, 7, 7]);
  assert.equal([...checkpoint.values()].reduce((sum, { data }) => sum + data.length, 0), 990_162);
});

Deno.test("a checkpoint that ends early is refused wherever it ends", async () => {
  const official = await readSharedData("weights/raft-small.pth");
  const whole = [
    ...official ? [official] : [],
    await Deno.readFile(fixture("checkpoint_zip.pth")),
    await Deno.readFile(fixture("checkpoint_legacy.pth")),
  ];
  for (const bytes of whole) {
    for (const share of [0.001, 0.1, 0.35, 0.5, 0.75, 0.99]) {
      const length = Math.max(20, Math.floor(bytes.length * share));
      await refused(bytes.subarray(0, length), /cut short|damaged/);
    }
    await refused(bytes.subarray(0, bytes.length - 1), /cut short|damaged/);
  }
});

Deno.test("a file of another kind is refused", async () => {
  await refused(new Uint8Array(), /is empty; fetch it again/);
  await refused(
    concat("<!doctype html><title>404</title>"),
    /neither a PyTorch checkpoint .*; fetch it again, or save model\.state_dict\(\)/,
  );
  await refused(zip({ "word/document.xml": concat("<w/>") }), /no PyTorch checkpoint; save model/);
  await assert.rejects(readCheckpoint("/nowhere/raft.pth"), /\/nowhere\/raft\.pth: there is no such file/);
  await assert.rejects(readCheckpoint("/"), /no file/);
});

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
  // Each list holds the one before twice: 2^60 elements for whoever counts them, 600 bytes here.
  const twice = (index: number) => concat("](", ["h".charCodeAt(0), index, "h".charCodeAt(0), index], "e");
  const bomb = concat(
    "]q\0",
    ...Array.from({ length: 60 }, (_, index) => concat(twice(index), "q", [index + 1])),
  );
  await refused(torchZip(pickle(bomb)), /no dictionary of tensors/);
  // Its text is asked for where it stands as a module's name.
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
    // A text that is all there.
    await refused(legacy(pickle("X", little(18_000_000, 4), tooMany("a"))), tooLong);
    await refusedWithin(250, torchZip(pickle(tooMany("}"))), tooLong);
    await refused(concat(little(17 << 20, 8), "{", new Uint8Array(17 << 20)), /header of 17825792 bytes/);
  },
);

Deno.test("a tensor may not reach beyond its storage, nor be larger than it", async () => {
  const huge = 2_000_000_000;
  for (
    const view of [
      { dims: [5] },
      { offset: 1 },
      { dims: [2, 2], strides: [3, 1] },
      { dims: [huge, huge], strides: [0, 0] },
      { dims: Array(16).fill(huge), strides: Array(16).fill(0) },
    ]
  ) {
    await refused(torchZip(dictionary({ weight: tensor(view) }), { 0: fourFloats }), /beyond its storage/);
  }
  for (
    const view of [
      { dims: Array(17).fill(1), strides: Array(17).fill(1) },
      { dims: [2, 2], strides: [1] },
    ]
  ) {
    await refused(torchZip(dictionary({ weight: tensor(view) }), { 0: fourFloats }), /describes no tensors/);
  }
  const none = tensor({ dims: [...Array(15).fill(huge), 0], strides: Array(16).fill(0) });
  const empty = await read(torchZip(dictionary({ weight: none }), { 0: fourFloats }));
  assert.equal(empty.get("weight")!.data.length, 0);
});

Deno.test("tensors that share a storage to no end are refused", async () => {
  const count = 20_000;
  const big = tensor({ count, dims: [count] });
  const many = Array.from({ length: 30 }, (_, index) => [`weight${index}`, big]);
  const bytes = torchZip(dictionary(Object.fromEntries(many)), { 0: new Uint8Array(4 * count) });
  await refused(bytes, /larger than the file/);
});

Deno.test("storages that are missing or of another size are refused", async () => {
  await refused(torchZip(dictionary({ weight: tensor({}) })), /its part "0" is missing/);
  await refused(torchZip(dictionary({ weight: tensor({}) }), { 0: floats(1) }), /another size/);
  const twice = { a: tensor({}), b: tensor({ kind: "DoubleStorage" }) };
  await refused(torchZip(dictionary(twice), { 0: fourFloats }), /describes no tensors/);
});

Deno.test("a deflated archive is read; one that claims too much, or the wrong thing, is refused", async () => {
  const deflate = async (bytes: Uint8Array) => {
    const packed = ReadableStream.from([bytes as Uint8Array<ArrayBuffer>])
      .pipeThrough(new CompressionStream("deflate-raw"));
    return new Uint8Array(
      await new Response(packed as ReadableStream<Uint8Array<ArrayBuffer>>).arrayBuffer(),
    );
  };
  const data = dictionary({ weight: tensor({}) });
  const file = { bytes: fourFloats, deflated: await deflate(fourFloats) };
  const archive = (storage: Parameters<typeof zip>[0][string]) =>
    zip({ "a/data.pkl": data, "a/data/0": storage });

  assert.deepEqual([...(await read(archive(file))).get("weight")!.data], [1, 2, 3, 4]);
  const zeros = new Uint8Array(1 << 20);
  await refused(archive({ bytes: zeros, deflated: await deflate(zeros) }), /more than weights ever do/);
  const bomb = { bytes: fourFloats, deflated: await deflate(zeros) };
  await refused(archive(bomb), /does not unpack to the 16 bytes/);
  await refused(archive({ ...file, deflated: await deflate(floats(1)) }), /does not unpack to the 16 bytes/);
  await refused(archive({ ...file, deflated: floats(0.1, 0.2) }), /does not unpack/);
  await refused(archive({ bytes: fourFloats, checksum: 1 }), /checksum of "a\/data\/0" is wrong/);
  await refused(archive({ bytes: fourFloats, offset: 0 }), /overlaps/);
  await refused(archive({ bytes: fourFloats, offset: 999_999 }), /cut short|damaged/);
  await refused(
    archive({ bytes: fourFloats, method: 12 }),
    /compressed in a way \(12\) that is not read; pack it without compression, or save it again/,
  );
  await refused(archive({ bytes: fourFloats, flags: 1 }), /encrypted.*; pack it without a password/);
});

Deno.test("an archive that unpacks to more than it claims takes no memory", measuresMemory, async () => {
  // Flushed, so that pieces can be put one after the other: 2 GB in 2 MB.
  const zeros = new Uint8Array(1 << 26);
  const piece = deflateRawSync(zeros, { level: 9, finishFlush: constants.Z_FULL_FLUSH });
  const bomb = concat(...Array<Uint8Array>(32).fill(piece), deflateRawSync(new Uint8Array(1)));
  const archive = zip({ "a/data.pkl": { bytes: new Uint8Array(100), deflated: bomb } });
  await refusedWithin(200, archive, /"a\/data.pkl" does not unpack to the 100 bytes it claims/);
});

Deno.test("a checkpoint of a big-endian machine is refused", async () => {
  const data = dictionary({ weight: tensor({}) });
  await refused(
    zip({ "a/data.pkl": data, "a/byteorder": concat("big"), "a/data/0": fourFloats }),
    /big-endian/,
  );
  const machine = pickle("}(", text("little_endian"), [0x89], "u");
  await refused(concat(legacyMagic, pickle(integer(1001)), machine), /big-endian/);
  await refused(concat(legacyMagic, pickle(integer(9))), /version/);
});

Deno.test("the older layout is read in each of Python's protocols that has numbers in binary", async () => {
  const value = dictionary({ weight: tensor({}) });
  const parts = [pickle(integer(1001)), pickle("}"), value, pickle("](", text("0"), "e")];
  const of = (protocol: number, part: Uint8Array) => {
    const body = part.subarray(2);
    const frame = protocol < 4 ? [] : concat([0x95], little(body.length, 8));
    return concat([0x80, protocol], frame, body);
  };
  for (const protocol of [2, 3, 4, 5]) {
    const pickles = [legacyMagic, ...parts].map((part) => of(protocol, part));
    const checkpoint = await read(concat(...pickles, little(4, 8), fourFloats));
    assert.deepEqual([...checkpoint.get("weight")!.data], [1, 2, 3, 4]);
  }
  const advice =
    /protocol 0 or 1, which is not read; .*save it again with torch\.save's default pickle_protocol/;
  await refused(concat("L119547037146038801333356L\n.I1001\n."), advice);
  await refused(torchZip(concat("(dp0\nVweight\n.")), advice);
  await refused(torchZip(concat([0x80, 6], "}.")), /protocol 6, and 2 to 5 are read; save it again/);
});

Deno.test("a storage of the older layout must be as long as it says, and named", async () => {
  const weights = dictionary({ weight: tensor({}) });
  const list = (...keys: string[]) => pickle("](", ...keys.map(text), "e");
  const storage = concat(little(4, 8), fourFloats);

  assert.deepEqual([...(await read(legacy(weights, list("0"), storage))).get("weight")!.data], [1, 2, 3, 4]);
  await refused(legacy(weights, list("0"), concat(little(2 ** 40, 8), fourFloats)), /another size/);
  await refused(legacy(weights, list("1"), storage), /nothing names/);
  await refused(legacy(weights, list("0", "0"), storage, storage), /nothing names/);
  await refused(legacy(weights, list(), storage), /weights are missing/);
  await refused(legacy(weights, pickle("N"), storage), /does not say where/);
});

const float = (dims: number[], start: number, end: number) => ({
  dtype: "F32",
  shape: dims,
  data_offsets: [start, end],
});

Deno.test("a safetensors file is read", async () => {
  const header = {
    __metadata__: { format: "pt" },
    b: float([2], 8, 16),
    a: float([1, 2], 0, 8),
    half: { dtype: "F16", shape: [2], data_offsets: [16, 20] },
    count: { dtype: "I64", shape: [], data_offsets: [20, 28] },
  };
  const data = concat(fourFloats, [0, 0x3e, 0, 0xc0], [7, 0, 0, 0, 0, 0, 0, 0]);
  const checkpoint = await read(safetensors(header, data));
  assert.deepEqual(
    Object.fromEntries([...checkpoint].map(([name, { dims, data }]) => [name, [dims, [...data]]])),
    { a: [[1, 2], [1, 2]], b: [[2], [3, 4]], half: [[2], [1.5, -2]], count: [[], [7]] },
  );
});

Deno.test("a safetensors file whose tensors do not lie side by side is refused", async () => {
  const cases: [unknown, RegExp][] = [
    [{ a: float([2], 0, 8), b: float([2], 4, 12) }, /"b" overlaps another/],
    [{ a: float([2], 0, 8), b: float([1], 12, 16) }, /does not follow/],
    [{ a: float([4], 0, 16), b: float([4], 16, 32) }, /cut short/],
    [{ a: float([2], 0, 8) }, /longer than its tensors/],
    [{ a: float([3], 0, 16) }, /another size than its shape/],
    [{ a: float([4], 16, 0) }, /another size than its shape/],
    [{ a: float([2 ** 40, 2 ** 40], 0, 16) }, /another size than its shape/],
    [{ a: float([-4], 0, -16) }, /describes "a" wrongly/],
    [{ a: { dtype: "F4", shape: [4], data_offsets: [0, 16] } }, /"F4"; known are F32, .*; save it as F32/],
    [{ a: { dtype: "constructor", shape: [4], data_offsets: [0, 16] } }, /known are F32/],
    [{ a: null }, /describes "a" wrongly/],
    [{ a: float([...Array(50_000).fill(1), 4], 0, 16) }, /has "a" with 50001 axes, which is no tensor/],
    [{ "a\n\x1b[2J\x9b": null }, /describes "a\\n\\u001b\[2J\?" wrongly/],
    [`{"a": `, /not JSON/],
    [`{"\xff`, /not JSON/],
  ];
  for (const [header, expected] of cases) await refused(safetensors(header, fourFloats), expected);
  await refused(concat(little(2 ** 45, 8), "{}"), /a header of 35184372088832 bytes, too many for weights/);
  await refused(concat(little(1 << 20, 8), "{}"), /cut short/);
  await refused(concat([255, 255, 255, 255, 255, 255, 255, 255], "{}"), /impossible size/);
});

Deno.test("a file with some bytes changed is read or refused, and nothing else happens", async () => {
  const random = new Random(4);
  for (const name of ["zip", "legacy", "training"]) {
    const whole = await Deno.readFile(fixture(`checkpoint_${name}.pth`));
    for (let run = 0; run < 300; run++) {
      const bytes = whole.slice();
      for (let change = random.below(4); change >= 0; change--) {
        bytes[random.below(bytes.length)] = random.below(256);
      }
      try {
        for (const { dims, data } of (await read(bytes)).values()) {
          assert.equal(data.length, dims.reduce((product, size) => product * size, 1));
        }
      } catch (error) {
        assert.ok(
          error instanceof UserError && !error.message.includes("\n"),
          `${name}, run ${run}: ${error}`,
        );
      }
    }
  }
});
