import assert from "node:assert/strict";
import { constants, deflateRawSync } from "node:zlib";
import { measuresMemory, read, refused, refusedWithin } from "./reading.ts";
import { concat, dictionary, floats, fourFloats, tensor, zip } from "./write.ts";

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
  // Flushed, so that pieces can be concatenated: 2 GB in 2 MB.
  const zeros = new Uint8Array(1 << 26);
  const piece = deflateRawSync(zeros, { level: 9, finishFlush: constants.Z_FULL_FLUSH });
  const bomb = concat(...Array<Uint8Array>(32).fill(piece), deflateRawSync(new Uint8Array(1)));
  const archive = zip({ "a/data.pkl": { bytes: new Uint8Array(100), deflated: bomb } });
  await refusedWithin(200, archive, /"a\/data.pkl" does not unpack to the 100 bytes it claims/);
});
