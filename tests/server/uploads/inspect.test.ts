import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { join } from "node:path";
import { ReverieError } from "../../../pipeline/errors.ts";
import { defaultLimits, type Limits } from "../../../server/options.ts";
import { inspect } from "../../../server/uploads/inspect.ts";
import { draw, drawCard, inFolder } from "../../pipeline/clips.ts";

/** An upload as stored by the server: under a name without an extension. */
function looked(
  file: string,
  options: Partial<Pick<Limits, "pixels" | "frames">> & { pictures?: boolean } = {},
) {
  return inspect(file, "mine.mp4", { ...options, limits: { ...defaultLimits, ...options } });
}

async function refused(
  file: string,
  status: number,
  message: RegExp,
  options: Partial<Pick<Limits, "pixels" | "frames">> & { pictures?: boolean } = {},
): Promise<void> {
  await assert.rejects(looked(file, options), (error) => {
    assert.ok(error instanceof ReverieError, String(error));
    assert.equal(error.status, status, error.message);
    assert.match(error.message, message);
    assert.match(error.message, /mine\.mp4/);
    assert.ok(!/reverie-test|\n/.test(error.message), error.message);
    return true;
  });
}

async function put(folder: string, content: string | Uint8Array): Promise<string> {
  const path = join(folder, crypto.randomUUID().replaceAll("-", ""));
  await Deno.writeFile(path, typeof content === "string" ? new TextEncoder().encode(content) : content);
  return path;
}

/** A server on loopback that counts its requests. */
function trap(): { url: string; asked: () => number } & AsyncDisposable {
  let asked = 0;
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, () => {
    asked++;
    return new Response("caught");
  });
  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    asked: () => asked,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

Deno.test("inspect() tells the facts of a video", () =>
  inFolder(async (folder) => {
    const card = await drawCard(folder);
    const facts = await looked(card);
    const { size: bytes } = await Deno.stat(card);
    assert.ok(Math.abs(facts.duration - 2) < 0.1);
    assert.deepEqual(
      { ...facts, duration: 2 },
      { width: 96, height: 64, duration: 2, frames: 50, frameRate: 25, audio: true, bytes },
    );
  }));

Deno.test("inspect() refuses with 415 what is no video", () =>
  inFolder(async (folder) => {
    await refused(await put(folder, ""), 415, /is empty/);
    await refused(await put(folder, "This is a letter, not a film.\n".repeat(50)), 415, /not a video/);
    await refused(
      await put(folder, crypto.getRandomValues(new Uint8Array(50_000))),
      415,
      /not a video|not read/,
    );
    await refused(await put(folder, new Uint8Array(50_000)), 415, /not a video|not read/);
    const svg =
      `<svg xmlns="http://www.w3.org/2000/svg" width="64" height="64"><image href="/etc/passwd"/></svg>`;
    await refused(await put(folder, svg), 415, /not a video|not read/);
    const sound = join(folder, "sound.m4a");
    await draw("-f", "lavfi", "-i", "sine=duration=1", sound);
    await refused(sound, 415, /sound but no picture/);
  }));

Deno.test("inspect() refuses pictures with 415, unless they are asked for", () =>
  inFolder(async (folder) => {
    for (const name of ["a.png", "a.jpg"]) {
      const picture = await draw(
        "-f",
        "lavfi",
        "-i",
        "testsrc=size=64x48",
        "-frames:v",
        "1",
        join(folder, name),
      );
      await refused(picture, 415, /is a picture/);
      assert.deepEqual((await looked(picture, { pictures: true })).width, 64);
    }
  }));

Deno.test("inspect() refuses with 422 a video that cannot be used", () =>
  inFolder(async (folder) => {
    const whole = await Deno.readFile(await drawCard(folder));
    await refused(await put(folder, whole.subarray(0, whole.length / 2)), 422, /cut off/);
    const index = await Deno.readFile(await drawCard(folder, { options: ["-movflags", "+faststart"] }));
    await refused(await put(folder, index.subarray(0, 4000)), 422, /cannot be|cut off|no frames/);
    const small = await drawCard(folder, { size: "14x14", name: "small.mp4" });
    await refused(small, 422, /too small/);
  }));

Deno.test("inspect() keeps to the limits, which are those of the part that is dreamed", () =>
  inFolder(async (folder) => {
    const card = await drawCard(folder);
    await refused(card, 422, /too large to dream/, { pixels: 96 * 64 - 1 });
    const short = (part: { from?: number; duration?: number }) =>
      inspect(card, "mine.mp4", { ...part, limits: { ...defaultLimits, duration: 1 } });
    await assert.rejects(short({}), /mine\.mp4 is 0:02 long, and at most 0:01 are dreamed/);
    await assert.rejects(short({ from: 0.5 }), /0:01 are dreamed|0:02 long/);
    assert.equal((await short({ from: 0.5, duration: 1 })).frames, 50);
    await refused(card, 422, /has 50 frames, and at most 49/, { frames: 49 });
    await assert.rejects(
      short({ from: 5 }),
      (error: ReverieError) => error.field === "from" && error.status === 400,
    );
  }));

Deno.test("playlists and lists are refused; nothing they name is read or asked for", () =>
  inFolder(async (folder) => {
    await using server = trap();
    const card = await drawCard(folder);
    const line = (target: string) =>
      `#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n${target}\n#EXT-X-ENDLIST\n`;
    const lists = [
      line("/etc/passwd"),
      line("file:///etc/passwd"),
      line(card),
      line(`${server.url}/segment.ts`),
      line(`concat:${server.url}/a|/etc/passwd`),
      line(`crypto+${server.url}/a`),
      `#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\n${server.url}/variant.m3u8\n`,
      `#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXT-X-MAP:URI="${server.url}/init.mp4"\n#EXTINF:1,\n${card}\n#EXT-X-ENDLIST\n`,
      `#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXT-X-KEY:METHOD=AES-128,URI="${server.url}/key"\n#EXTINF:1,\n${card}\n`,
      `ffconcat version 1.0\nfile '${card}'\n`,
      `ffconcat version 1.0\nfile '/etc/passwd'\nfile '${server.url}/a.mp4'\n`,
      `v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video 5004 RTP/AVP 96\na=rtpmap:96 H264/90000\n`,
      `<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static"><Period><AdaptationSet>` +
      `<Representation id="1" bandwidth="1"><BaseURL>${server.url}/a.mp4</BaseURL></Representation></AdaptationSet></Period></MPD>`,
      `[playlist]\nFile1=${server.url}/a.mp4\n`,
      `<smil><body><video src="${server.url}/a.mp4"/></body></smil>`,
    ];
    for (const list of lists) await refused(await put(folder, list), 415, /not read|not a video/);
    assert.equal(server.asked(), 0);
  }));

Deno.test("an MP4 whose data lies elsewhere is not followed there", () =>
  inFolder(async (folder) => {
    await using server = trap();
    const card = await Deno.readFile(await drawCard(folder, { sound: false }));
    for (const target of [`${server.url}/data.mp4`, "file:///etc/passwd"]) {
      await refused(await put(folder, withDataReference(card, target)), 422, /cannot be|no frames/);
    }
    assert.equal(server.asked(), 0);
  }));

/** Changes the first data reference of an MP4 (ISO 14496-12, 8.7.2) to a URL and removes the media data. */
function withDataReference(mp4: Uint8Array, target: string): Uint8Array {
  const view = new DataView(mp4.buffer, mp4.byteOffset, mp4.byteLength);
  const boxes = boxesOf(view, 0, mp4.length);
  const moov = boxes.find(({ type }) => type === "moov")!;
  const path = ["trak", "mdia", "minf", "dinf", "dref"];
  const copy = mp4.slice(moov.at, moov.at + moov.size);
  const inside = new DataView(copy.buffer);
  const parents: number[] = [0];
  let at = 0, start = 8;
  for (const type of path) {
    const box = boxesOf(inside, start, at === 0 ? copy.length : at + inside.getUint32(at)).find((one) =>
      one.type === type
    )!;
    at = box.at;
    start = at + 8;
    parents.push(at);
  }
  const url = at + 16, old = inside.getUint32(url);
  const location = new TextEncoder().encode(`${target}\0`);
  const entry = new Uint8Array(12 + location.length);
  new DataView(entry.buffer).setUint32(0, entry.length);
  entry.set(new TextEncoder().encode("url "), 4);
  entry.set(location, 12);
  for (const parent of parents) inside.setUint32(parent, inside.getUint32(parent) + entry.length - old);
  const kept = boxes.filter(({ type }) => type !== "moov" && type !== "mdat");
  const parts = kept.map((box) => mp4.subarray(box.at, box.at + box.size));
  return new Uint8Array(Buffer.concat([...parts, copy.subarray(0, url), entry, copy.subarray(url + old)]));
}

function boxesOf(view: DataView, from: number, to: number): { type: string; at: number; size: number }[] {
  const boxes = [];
  for (let at = from; at + 8 <= to; at += view.getUint32(at)) {
    const type = String.fromCharCode(...[4, 5, 6, 7].map((offset) => view.getUint8(at + offset)));
    boxes.push({ type, at, size: view.getUint32(at) });
    if (view.getUint32(at) < 8) break;
  }
  return boxes;
}
