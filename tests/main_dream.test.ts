import assert from "node:assert/strict";
import { basename, join } from "node:path";
import { isHere } from "../models/catalog.ts";
import { locate } from "../pipeline/ffmpeg/locate.ts";
import { runScript } from "./run_deno.ts";
import { smallNetwork } from "./small_network.ts";

const root = new URL("..", import.meta.url);
/** Settings that make a frame as fast as possible. */
const quick = [
  "--model=mobilefacenet",
  "--image-size=128",
  "--octaves=1",
  "--first-iterations=1",
  "--octave-iterations=1",
  "--provider=cpu",
];

function command(args: string[]): Deno.Command {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--allow-all", "main.ts", ...args],
    cwd: root,
    env: { NO_COLOR: "1" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  });
}

const reverie = (...args: string[]) => runScript("main.ts", args);

/** Calls with a folder that holds a clip at ten frames per second, and removes the folder afterwards. */
async function withClip(
  seconds: number,
  work: (folder: string, clip: string) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    const clip = join(folder, "clip.mp4");
    const program = await locate("ffmpeg");
    const drawing = `testsrc2=s=128x96:r=10:d=${seconds}`;
    const { success } = await new Deno.Command(program.path, {
      args: ["-v", "error", "-f", "lavfi", "-i", drawing, "-pix_fmt", "yuv420p", clip],
      stdin: "null",
    }).output();
    assert.ok(success);
    await work(folder, clip);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const filesIn = (folder: string) => Array.from(Deno.readDirSync(folder), ({ name }) => name).sort();

Deno.test("dream tells what it does in plain lines and names the result in the last", () =>
  withClip(0.5, async (folder, clip) => {
    const output = join(folder, "dream.mp4");
    const { code, stdout, stderr } = await reverie("dream", clip, output, ...quick);
    assert.equal(stderr, "");
    assert.equal(code, 0);
    const lines = stdout.trimEnd().split("\n");
    assert.match(
      lines[0]!,
      /clip\.mp4, 128x96, 5 frames: dreamed at 128x96 on cpu by \S+ \([^;]*\); flow: dis/,
    );
    assert.match(lines.at(-2)!, /^frame 5 of 5, /);
    assert.match(lines.at(-1)!, /dream\.mp4: 5 frames in [\d.]+ s \([\d.]+ fps\)$/);
    assert.deepEqual(filesIn(folder), ["clip.mp4", "dream.mp4"]);
  }));

Deno.test("dream --json prints start, every frame and done, and nothing else", () =>
  withClip(0.4, async (folder, clip) => {
    const output = join(folder, "dream.mp4");
    const { code, stdout } = await reverie("dream", clip, output, "--json", "--seed=3", ...quick);
    assert.equal(code, 0);
    const events = stdout.trimEnd().split("\n").map((line) => JSON.parse(line));
    assert.deepEqual(events.map(({ event }) => event), ["start", "frame", "frame", "frame", "frame", "done"]);
    const keys = ["index", "pts", "seconds", "fps", "eta", "loss", "motion", "visible"];
    for (const key of keys) assert.ok(Number.isFinite(events[2][key]), key);
    const done = events.at(-1);
    assert.equal(done.frames, 4);
    assert.equal(done.output, output);
    assert.equal(done.parameters.seed, 3);
    assert.ok(done.peakMemory > 1e7);
  }));

Deno.test("a script for deepdream-video-pytorch goes on working", () =>
  withClip(0.2, async (folder, clip) => {
    const output = join(folder, "dream.mp4");
    const { code, stderr } = await reverie(
      ..."dream -image_size 96 -num_octaves 1 -octave_iter 1 -dream_layers inception_4b -gpu c -clamp".split(
        " ",
      ),
      ...["-content_video", clip, "-output_video", output],
    );
    assert.equal(code, 0, stderr);
    assert.match(stderr, /^reverie: -clamp is always so: /);
    // If GoogLeNet is missing, another line names the layer that replaces inception_4b.
    assert.match(
      stderr,
      isHere("googlenet") ? /-clamp\n$/ : /inception-v3 dreams .*, its layers mixed3;.*\n$/,
    );
    assert.deepEqual(filesIn(folder), ["clip.mp4", "dream.mp4"]);
  }));

Deno.test("a source that cannot be used is one line and status 2", () =>
  withClip(0.2, async (folder) => {
    const text = join(folder, "text.mp4");
    await Deno.writeTextFile(text, "not a video");
    for (const input of [join(folder, "none.mp4"), text]) {
      const { code, stderr } = await reverie("dream", input, join(folder, "dream.mp4"), ...quick);
      assert.match(stderr, /^reverie: [^\n]+\n$/);
      assert.ok(stderr.includes(basename(input)), stderr);
      assert.equal(code, 2);
    }
    assert.deepEqual(filesIn(folder), ["clip.mp4", "text.mp4"]);
  }));

/** Starts a long dream, and sends the signals once its first frame is done. */
async function interrupted(folder: string, clip: string, signals: Deno.Signal[]) {
  const output = join(folder, "dream.mp4");
  const child = command(["dream", clip, output, "--json", ...quick]).spawn();
  const stderr = new Response(child.stderr).text();
  let stdout = "", sent = false;
  for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
    stdout += text;
    if (sent || !stdout.includes('"event":"frame"')) continue;
    sent = true;
    for (const signal of signals) child.kill(signal);
  }
  const { code } = await child.status;
  const events = stdout.trimEnd().split("\n").map((line) => JSON.parse(line));
  return { code, events, stderr: await stderr };
}

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  Deno.test({
    name: `${signal} ends a dream with status 130, one line, and no file that is not playable`,
    ignore: Deno.build.os === "windows",
    fn: () =>
      withClip(60, async (folder, clip) => {
        const { code, events, stderr } = await interrupted(folder, clip, [signal]);
        assert.equal(code, 130);
        assert.match(stderr, /^reverie: interrupted[^\n]+\n$/);
        assert.equal(events.at(-1).event, "error");
        assert.match(
          events.at(-1).message,
          /interrupted; the \d+ frames so far are in .*dream\.partial\.mp4/,
        );
        assert.deepEqual(filesIn(folder), ["clip.mp4", "dream.partial.mp4"]);
        assert.ok(events.length < 600, "it stopped long before the end");
        const probe = await locate("ffprobe");
        for (const name of filesIn(folder)) {
          const { success } = await new Deno.Command(probe.path, {
            args: ["-v", "error", join(folder, name)],
            stdout: "null",
            stderr: "null",
          }).output();
          assert.ok(success, `${name} is not playable`);
        }
      }),
  });
}

Deno.test({
  name: "a second SIGINT quits at once",
  ignore: Deno.build.os === "windows",
  fn: () =>
    withClip(60, async (folder, clip) => {
      const { code } = await interrupted(folder, clip, ["SIGINT", "SIGINT"]);
      assert.equal(code, 130);
    }),
});

Deno.test("dream saves its settings as a preset and takes settings from a preset or a result", () =>
  withClip(0.2, async (folder, clip) => {
    const [preset, first] = [join(folder, "mine.json"), join(folder, "first.mp4")];
    const made = await reverie("dream", clip, first, "--save-preset", preset, "--colour=0.4", ...quick);
    assert.equal(made.stderr, "");
    for (const source of [["--preset", preset, "--model", smallNetwork.model], ["--like", first]]) {
      const { code, stdout } = await reverie("dream", clip, join(folder, "again.mp4"), "--json", ...source);
      assert.equal(code, 0);
      const { parameters } = JSON.parse(stdout.split("\n")[0]!);
      assert.equal(parameters.colour, 0.4);
      assert.equal(parameters.imageSize, 128);
      assert.equal(parameters.model, smallNetwork.model);
    }
  }));
