import assert from "node:assert/strict";
import sharp from "sharp";
import { ReverieError } from "../../../pipeline/errors.ts";
import { decodeJpeg, encodeJpeg } from "../../../server/rendering/jpeg.ts";

/** Left half red, right half blue. */
function halves(width: number, height: number) {
  const data = new Uint8Array(width * height * 3);
  for (let i = 0; i < width * height; i++) data[3 * i + (i % width < width / 2 ? 0 : 2)] = 255;
  return { width, height, channels: 3, data };
}

const refusal = (code: string) => (error: unknown) => error instanceof ReverieError && error.code === code;

Deno.test("encodeJpeg() bounds the longest side and enlarges nothing", async () => {
  const { width, height, bytes } = await encodeJpeg(halves(100, 40), 50);
  assert.deepEqual([width, height], [50, 20]);
  const picture = await sharp(bytes).metadata();
  assert.deepEqual([picture.width, picture.height], [50, 20]);
  assert.equal((await encodeJpeg(halves(100, 40), 500)).width, 100);
});

Deno.test("decodeJpeg() covers the size and cuts off evenly", async () => {
  const { bytes } = await encodeJpeg(halves(120, 40), 120, 100);
  const rgb = await decodeJpeg(bytes, { width: 40, height: 40 });
  assert.equal(rgb.length, 40 * 40 * 3);
  const at = (x: number) => [...rgb.subarray(3 * (20 * 40 + x), 3 * (20 * 40 + x) + 3)].map((v) => v > 128);
  assert.deepEqual([at(15), at(25)], [[true, false, false], [false, false, true]]);
});

Deno.test("decodeJpeg() ignores the EXIF orientation", async () => {
  const { width, height, data } = halves(60, 40);
  const turned = await sharp(data, { raw: { width, height, channels: 3 } })
    .withMetadata({ orientation: 6 }).jpeg({ quality: 100 }).toBuffer();
  const rgb = await decodeJpeg(turned, { width: 60, height: 40 });
  assert.ok(rgb[3 * 20 * 60]! > 128);
  assert.ok(rgb[3 * (20 * 60 + 59) + 2]! > 128);
});

Deno.test("decodeJpeg() makes RGB of a grey picture", async () => {
  const { bytes } = await encodeJpeg({
    width: 30,
    height: 30,
    channels: 1,
    data: new Uint8Array(900).fill(90),
  }, 30);
  const rgb = await decodeJpeg(bytes, { width: 20, height: 20 });
  assert.equal(rgb.length, 1200);
  assert.deepEqual([...rgb.subarray(0, 3)], [90, 90, 90]);
});

Deno.test("decodeJpeg() refuses what is no JPEG, damaged or too large", async () => {
  const size = { width: 20, height: 20 };
  const { bytes } = await encodeJpeg(halves(200, 200), 200);
  await assert.rejects(decodeJpeg(new Uint8Array(10), size), refusal("invalid_request"));
  await assert.rejects(decodeJpeg(new TextEncoder().encode("<svg/>"), size), refusal("invalid_request"));
  await assert.rejects(decodeJpeg(bytes.subarray(0, bytes.length >> 1), size), refusal("invalid_request"));
  const large = await encodeJpeg(halves(2000, 1100), 2000);
  await assert.rejects(decodeJpeg(large.bytes, size), refusal("too_large"));
});
