import assert from "node:assert/strict";
import { join } from "node:path";
import { compileArguments } from "../../../server/binary/compile.ts";
import { excluded, included } from "../../../server/binary/embed.ts";

const project = join(import.meta.dirname!, "..", "..", "..");

/** All TypeScript files of the program itself. */
async function* sources(folder: string): AsyncGenerator<string> {
  for await (const { name, isDirectory } of Deno.readDir(join(project, folder))) {
    const path = `${folder}/${name}`;
    if (isDirectory) yield* sources(path);
    else if (name.endsWith(".ts")) yield path;
  }
}

Deno.test("every module that a Worker starts with is embedded", async () => {
  let workers = 0;
  for (const folder of ["models", "pipeline", "server"]) {
    for await (const path of sources(folder)) {
      const text = await Deno.readTextFile(join(project, path));
      for (const [, module] of text.matchAll(/new Worker\(\s*new URL\("([^"]+)"/g)) {
        assert.ok(included.includes(join(path, "..", module!)), `${path} starts ${module}`);
        workers++;
      }
    }
  }
  assert.ok(workers >= 3);
});

Deno.test("native code for other machines stays out, for this one it goes in", async () => {
  const linux = await excluded(project, { os: "linux", arch: "x64" });
  const runtime = (paths: string[], part: string) =>
    paths.some((path) => path.includes("onnxruntime-node/bin/") && path.endsWith(part));
  assert.ok(runtime(linux, "/win32") && runtime(linux, "/darwin") && runtime(linux, "/linux/arm64"));
  assert.ok(!runtime(linux, "/linux") && !runtime(linux, "/linux/x64"));
  const windows = await excluded(project, { os: "win32", arch: "x64" });
  assert.ok(runtime(windows, "/linux") && runtime(windows, "/darwin") && !runtime(windows, "/win32"));
});

/** The lines of deno's list of embedded files, without colours. */
async function embedded(output: string): Promise<string> {
  const { success, stderr, stdout } = await new Deno.Command(Deno.execPath(), {
    args: await compileArguments(output),
    cwd: project,
    // The real base program would have to be downloaded; any program can replace it if the result is never
    // started.
    env: { DENORT_BIN: Deno.execPath() },
  }).output();
  const text = new TextDecoder().decode(stderr) + new TextDecoder().decode(stdout);
  assert.ok(success, text);
  // deno-lint-ignore no-control-regex
  return text.replaceAll(/\x1b\[[0-9;]*m/g, "");
}

Deno.test("the binary holds page, Workers, native library and ffmpeg, and nothing of the tests", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const list = await embedded(join(folder, "reverie"));
    for (
      const part of [
        "static",
        "worker.ts",
        "dis_worker.ts",
        "onnxruntime-node@",
        "sharp@",
        "hls.min.mjs",
        "tus.min.js",
      ]
    ) assert.ok(list.includes(part), `${part} is not in:\n${list}`);
    for (const part of ["playwright", "axe-core", "darwin", "win32", "linuxmusl-x64@1"]) {
      const lines = list.split("\n").filter((line) => line.includes(part) && /[0-9.]+MB/.test(line));
      assert.deepEqual(lines, [], part);
    }
    const size = (await Deno.stat(join(folder, "reverie"))).size - (await Deno.stat(Deno.execPath())).size;
    assert.ok(size > 150e6 && size < 300e6, `${size} bytes are embedded`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
