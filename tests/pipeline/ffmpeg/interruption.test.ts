import assert from "node:assert/strict";
import { join } from "node:path";
import { ReverieError } from "../../../models/errors.ts";
import { decode } from "../../../pipeline/decode.ts";
import { encode, type EncodeResult } from "../../../pipeline/encode.ts";
import { probe } from "../../../pipeline/ffmpeg/probe.ts";
import { count, draw, drawCard, inFolder, names } from "../clips.ts";
import { copy, grey, small } from "./copy.ts";
import { need, testWith } from "../../needs.ts";

for (const how of ["abort", "throw", "return"] as const) {
  Deno.test(`a playable part stays when frames end by ${how}, and nothing else`, () =>
    inFolder(async (folder) => {
      const source = await probe(await drawCard(folder, { seconds: 10 }));
      const controller = new AbortController();
      let result: EncodeResult | undefined;
      let frames = 0;
      async function* failing() {
        for await (const frame of decode(source)) {
          if (frame.index === 60 && how === "throw") throw new Error("dream broke");
          yield frame;
        }
      }
      const { signal } = controller;
      const options = { ...source, path: join(folder, "a.mp4"), sound: { source }, signal };
      const run = async () => {
        for await (const _ of encode(failing(), { ...options, onResult: (told) => void (result = told) })) {
          if (++frames < 60) continue;
          if (how === "abort") controller.abort(new Error("enough"));
          if (how === "return") return;
        }
      };
      if (how === "return") await run();
      else await assert.rejects(run(), how === "abort" ? /enough/ : /dream broke/);
      const partial = join(folder, "a.partial.mp4");
      assert.deepEqual(result, { complete: false, frames: 60, path: partial });
      assert.deepEqual(names(folder), ["a.partial.mp4", "card.mp4"]);
      const { streams, format } = await count(partial);
      assert.equal(Number(streams[0]!.nb_read_frames), 60);
      assert.ok(Math.abs(Number(format.duration) - 2.4) < 0.08, format.duration);
    }));
}

Deno.test("nothing stays when not one frame came", () =>
  inFolder(async (folder) => {
    const path = join(folder, "a.mp4");
    let result: EncodeResult | undefined;
    const options = { ...small, path, onResult: (told: EncodeResult) => void (result = told) };
    await assert.rejects(Array.fromAsync(encode(grey(0), options)), /there was no frame/);
    assert.deepEqual(result, { complete: false, frames: 0 });
    assert.deepEqual(names(folder), []);
  }));

/** Starts the program to kill, in its own process group, and waits until it is idle. */
async function startSlow(input: string, path: string) {
  const script = new URL("./slow_encode.ts", import.meta.url).pathname;
  const args = [Deno.execPath(), "run", "-A", script, input, path, "60"];
  const child = new Deno.Command("setsid", { args, stdin: "null", stdout: "piped", stderr: "null" }).spawn();
  const lines: string[] = [];
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  while (!lines.join("").includes("waiting")) {
    const { value, done } = await reader.read();
    if (done) throw new Error(`it ended before it waited: ${lines.join("")}`);
    lines.push(value);
  }
  const rest = async () => {
    for (let read; !(read = await reader.read()).done;) lines.push(read.value);
    return lines.join("");
  };
  return { child, rest };
}

/** Waits until no process has the file open. */
async function settled(path: string): Promise<void> {
  while (openFiles().includes(path)) await new Promise((resolve) => setTimeout(resolve, 50));
}

/** Paths of the files that the processes of this machine have open, as far as permissions allow. */
function openFiles(): string[] {
  const links = (folder: string): string[] => {
    try {
      return Array.from(Deno.readDirSync(folder), ({ name }) => `${folder}/${name}`);
    } catch {
      return [];
    }
  };
  return links("/proc").filter((process) => /\/\d+$/.test(process)).flatMap((process) =>
    links(`${process}/fd`).flatMap((link) => {
      try {
        return [Deno.readLinkSync(link)];
      } catch {
        // It has ended or been closed meanwhile.
        return [];
      }
    })
  );
}

/** Waits until a growing file holds the given number of frames, for a minute at most; returns their number. */
async function grown(path: string, frames: number): Promise<number> {
  for (const end = performance.now() + 60_000;;) {
    const { streams } = await count(path).catch(() => ({ streams: [] }));
    const written = Number(streams[0]?.nb_read_frames ?? 0);
    if (written >= frames || performance.now() > end) return written;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

Deno.test({
  name: "killing the program leaves a playable part under the documented name",
  ignore: Deno.build.os !== "linux",
  fn: () =>
    inFolder(async (folder) => {
      const card = await drawCard(folder, { seconds: 10 });
      const { child, rest } = await startSlow(card, join(folder, "a.mp4"));
      child.kill("SIGKILL");
      await child.status;
      await rest();
      await settled(join(folder, "a.partial.mp4"));
      assert.deepEqual(names(folder), ["a.partial.mp4", "card.mp4"]);
      const written = Number((await count(join(folder, "a.partial.mp4"))).streams[0]!.nb_read_frames);
      // Data in the pipe may be lost.
      assert.ok(written >= 55, `${written}`);
    }),
});

Deno.test({
  name: "killing the program and its ffmpeg, all at once, leaves what was in whole fragments",
  ignore: Deno.build.os !== "linux",
  fn: () =>
    inFolder(async (folder) => {
      const card = await drawCard(folder, { seconds: 20, rate: "10" });
      const { child, rest } = await startSlow(card, join(folder, "a.mp4"));
      await grown(join(folder, "a.partial.mp4"), 9);
      await new Deno.Command("kill", { args: ["-KILL", "--", `-${child.pid}`] }).output();
      await child.status;
      await rest();
      assert.deepEqual(names(folder), ["a.partial.mp4", "card.mp4"]);
      assert.ok(Number((await count(join(folder, "a.partial.mp4"))).streams[0]!.nb_read_frames) >= 9);
    }),
});

Deno.test({
  name: "Ctrl-C, which reaches ffmpeg as well, is a clean interruption",
  ignore: Deno.build.os !== "linux",
  fn: () =>
    inFolder(async (folder) => {
      const card = await drawCard(folder, { seconds: 10 });
      const { child, rest } = await startSlow(card, join(folder, "a.mp4"));
      await new Deno.Command("kill", { args: ["-INT", "--", `-${child.pid}`] }).output();
      assert.equal((await child.status).code, 130);
      const told = await rest();
      assert.match(told, /"complete":false,"frames":6\d,"path":.*a\.partial\.mp4/);
      assert.match(told, /threw AbortError: interrupted/);
      assert.deepEqual(names(folder), ["a.partial.mp4", "card.mp4"]);
      const written = Number((await count(join(folder, "a.partial.mp4"))).streams[0]!.nb_read_frames);
      // Data in the pipe may be lost.
      assert.ok(written >= 55, `${written}`);
    }),
});

/** Calls with a folder on a disk of 400 KB; false if none can be mounted, which requires root. */
async function withSmallDisk(folder: string, call: (disk: string) => Promise<void>): Promise<boolean> {
  const disk = join(folder, "disk");
  await Deno.mkdir(disk);
  const args = ["-t", "tmpfs", "-o", "size=400k", "tmpfs", disk];
  if (!(await new Deno.Command("mount", { args }).output()).success) return false;
  try {
    await call(disk);
    return true;
  } finally {
    await new Deno.Command("umount", { args: [disk] }).output();
  }
}

let mounts = false;
if (Deno.build.os === "linux" && Deno.uid() === 0) {
  await inFolder(async (folder) => void (mounts = await withSmallDisk(folder, () => Promise.resolve())));
}

testWith(
  need(mounts, "no disk can be mounted here"),
  "a full disk is told in one line, with exit status 1",
  () =>
    inFolder(async (folder) => {
      await withSmallDisk(folder, async (disk) => {
        const noise = "nullsrc=size=320x240:rate=25:duration=6,geq=random(1)*255:128:128";
        const coding = ["-c:v", "libx264", "-preset", "ultrafast"];
        const input = await draw("-f", "lavfi", "-i", noise, ...coding, join(folder, "noise.mp4"));
        await assert.rejects(copy(input, join(disk, "a.mp4")), (error) => {
          assert.ok(error instanceof ReverieError, String(error));
          assert.equal(error.exitCode, 1);
          return /a\.mp4 could not be finished: the disk is full/.test(error.message);
        });
        assert.ok(names(disk).every((name) => name === "a.partial.mp4"), names(disk).join());
      });
    }),
);

testWith(
  need(mounts, "no disk can be mounted here"),
  "HLS on a full disk fails and stays playable, and so does a video that can be made but not finished",
  () =>
    inFolder(async (folder) => {
      await withSmallDisk(folder, async (disk) => {
        const noise = (rate: number) =>
          `nullsrc=size=160x120:rate=25:duration=4,geq=random(1)*${rate}:128:128`;
        const coding = ["-c:v", "libx264", "-preset", "ultrafast", "-crf", "18"];
        const input = await draw("-f", "lavfi", "-i", noise(160), ...coding, join(folder, "noise.mp4"));
        const hls = join(disk, "live");
        await assert.rejects(copy(input, join(folder, "a.mp4"), { hls }), {
          code: "disk_full",
          message: /HLS in .*live could not be written: the disk is full/,
        });
        const { streams } = await count(join(hls, "index.m3u8"));
        assert.ok(Number(streams[0]!.nb_read_frames) >= 25, streams[0]!.nb_read_frames);
        assert.match(await Deno.readTextFile(join(hls, "index.m3u8")), /#EXT-X-ENDLIST\n$/);
        assert.ok(Number((await count(join(folder, "a.partial.mp4"))).streams[0]!.nb_read_frames) >= 25);
        await Deno.remove(hls, { recursive: true });

        // Now the disk has room for the partial file, but not for a finished one beside it.
        await copy(input, join(folder, "b.mp4"), { duration: 1 });
        const { size } = await Deno.stat(join(folder, "b.mp4"));
        await Deno.writeFile(join(disk, "filling"), new Uint8Array(400 * 1024 - Math.round(1.5 * size)));
        await assert.rejects(copy(input, join(disk, "b.mp4"), { duration: 1 }), {
          code: "disk_full",
          message: /b\.mp4 could not be finished: the disk is full/,
        });
        assert.deepEqual(names(disk), ["b.partial.mp4", "filling"]);
        assert.equal(Number((await count(join(disk, "b.partial.mp4"))).streams[0]!.nb_read_frames), 25);
      });
    }),
);
