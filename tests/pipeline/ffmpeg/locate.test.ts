import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import { ReverieError } from "../../../models/errors.ts";
import { encode } from "../../../pipeline/encode.ts";
import { decode } from "../../../pipeline/decode.ts";
import { locate, type Program, type ProgramName } from "../../../pipeline/ffmpeg/locate.ts";
import { probe } from "../../../pipeline/ffmpeg/probe.ts";
import { count, drawCard, inFolder } from "../clips.ts";

/** Calls with some environment variables set (or, if undefined, unset), and restores them afterwards. */
async function withEnvironment(
  variables: Record<string, string | undefined>,
  test: () => Promise<void>,
): Promise<void> {
  const former = Object.keys(variables).map((name) => [name, Deno.env.get(name)] as const);
  const set = (name: string, value: string | undefined) =>
    value === undefined ? Deno.env.delete(name) : Deno.env.set(name, value);
  try {
    for (const [name, value] of Object.entries(variables)) set(name, value);
    await test();
  } finally {
    for (const [name, value] of former) set(name, value);
  }
}

const nowhere = { FFMPEG_PATH: undefined, FFPROBE_PATH: undefined, PATH: "/nowhere" };

async function bundled(name: ProgramName): Promise<Program> {
  let program: Program | undefined;
  await withEnvironment(nowhere, async () => void (program = await locate(name)));
  return program!;
}

/** Decodes a clip with sound, encodes it as MP4 and HLS, and checks both. */
async function roundTrip(): Promise<void> {
  await inFolder(async (folder) => {
    const source = await probe(await drawCard(folder));
    const path = join(folder, "out.mp4");
    const options = { ...source, path, sound: { source }, hls: join(folder, "hls") };
    let frames = 0;
    for await (const _ of encode(decode(source), options)) frames++;
    assert.equal(frames, 50);
    const { streams } = await count(path);
    assert.deepEqual(streams.map((stream) => stream.codec_name), ["h264", "aac"]);
    assert.equal(streams[0]!.nb_read_frames, "50");
    const playlist = await Deno.readTextFile(join(folder, "hls", "index.m3u8"));
    assert.match(
      playlist,
      /#EXT-X-PLAYLIST-TYPE:EVENT[^]*#EXT-X-MAP:URI="init.mp4"[^]*index1\.m4s[^]*#EXT-X-ENDLIST/,
    );
  });
}

Deno.test("the environment variable names the program, and it works", async () => {
  const ffmpeg = await bundled("ffmpeg");
  const ffprobe = await bundled("ffprobe");
  await withEnvironment({ FFMPEG_PATH: ffmpeg.path, FFPROBE_PATH: ffprobe.path }, async () => {
    assert.equal((await locate("ffmpeg")).origin, "environment");
    assert.equal((await locate("ffprobe")).path, ffprobe.path);
    await roundTrip();
  });
});

Deno.test("without the variable the program in the PATH is taken, and it works", async () => {
  const ffmpeg = await bundled("ffmpeg");
  const ffprobe = await bundled("ffprobe");
  const path = [dirname(ffmpeg.path), dirname(ffprobe.path)].join(":");
  await withEnvironment({ ...nowhere, PATH: path }, async () => {
    assert.deepEqual({ ...await locate("ffmpeg"), version: "" }, {
      name: "ffmpeg",
      path: ffmpeg.path,
      origin: "path",
      version: "",
    });
    assert.equal((await locate("ffprobe")).origin, "path");
    await roundTrip();
  });
});

Deno.test("the ffmpeg that is installed works, or the copy where there is none", async () => {
  await withEnvironment({ FFMPEG_PATH: undefined, FFPROBE_PATH: undefined }, roundTrip);
});

Deno.test("without variable and PATH the copies from npm are taken, and they work", async () => {
  await withEnvironment(nowhere, async () => {
    assert.equal((await locate("ffmpeg")).origin, "npm");
    assert.equal((await locate("ffprobe")).origin, "npm");
    await roundTrip();
  });
});

Deno.test("a variable that names no program is an error that names the variable", async () => {
  await withEnvironment({ FFMPEG_PATH: "/nowhere/ffmpeg" }, async () => {
    await assert.rejects(
      locate("ffmpeg"),
      (error) => error instanceof ReverieError && /^FFMPEG_PATH is/.test(error.message),
    );
  });
});
