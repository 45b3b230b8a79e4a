/** Checks that the commands in README.md for a running server do what it says. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { locate } from "../pipeline/ffmpeg/locate.ts";
import { inFolder } from "./pipeline/clips.ts";
import { sample, withTestServer } from "./server/helpers.ts";
import { need, testWith } from "./needs.ts";

/** The shell scripts below `<!-- tested: server -->` in a text, joined. */
function testedScript(markdown: string): string {
  const blocks = markdown.matchAll(/^<!-- tested: server -->\s*^```sh\n(.*?)^```$/gms);
  return [...blocks].map(([, script]) => script).join("\n");
}

async function starts(program: string): Promise<boolean> {
  try {
    await new Deno.Command(program, { args: ["--version"], stdout: "null", stderr: "null" }).output();
    return true;
  } catch {
    return false;
  }
}

/** Runs a script in a folder; fails at the first command that fails or gets an error from the server. */
async function run(script: string, folder: string): Promise<string> {
  await Deno.writeTextFile(join(folder, ".curlrc"), "fail-with-body\nshow-error\nmax-time = 180\n");
  const { success, stdout, stderr } = await new Deno.Command("bash", {
    args: ["-euxo", "pipefail", "-c", script],
    cwd: folder,
    env: { CURL_HOME: folder, HOME: folder, no_proxy: "*" },
    stdin: "null",
  }).output();
  const [said, complained] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  assert.ok(success, `${complained}\n${said!.slice(-2000)}`);
  return said!;
}

const programs = await Promise.all(
  ["bash", "curl"].map(async (program) => need(await starts(program), `there is no ${program} here`)),
);

testWith(programs, "README's curl scripts do what they say at a real server", async () => {
  const script = testedScript(await Deno.readTextFile(new URL("../README.md", import.meta.url)));
  assert.match(script, /^curl /m, "README.md has no script below <!-- tested: server -->");
  assert.match(script, /localhost:8000/);
  await withTestServer((server) =>
    inFolder(async (folder) => {
      await Deno.copyFile(sample, join(folder, "clip.mp4"));
      const { host } = new URL(server.url);
      const said = await run(script.replaceAll("localhost:8000", host), folder);
      assert.match(said, /^event: frame$/m, "the events tell of frames");
      assert.match(said, /^event: done$/m, "the events end when the dream is done");
      assert.match(said, /^#EXTM3U$/m, "the playlist is shown");
      const pictures = [], lengths = [];
      for await (const { name } of Deno.readDir(folder)) {
        const path = join(folder, name);
        if (/\.jpe?g$/.test(name)) pictures.push((await Deno.readFile(path)).slice(0, 3).join());
        if (/^dream.*\.mp4$/.test(name)) lengths.push(await countFrames(path));
      }
      assert.deepEqual(lengths, [60], "the dreamed video has all frames");
      assert.deepEqual(pictures, ["255,216,255"], "the frame on trial is a JPEG");
    })
  );
});

async function countFrames(path: string): Promise<number> {
  const { path: ffprobe } = await locate("ffprobe");
  const query = ["-count_frames", "-select_streams", "v:0", "-show_entries", "stream=nb_read_frames"];
  const { stdout } = await new Deno.Command(ffprobe, {
    args: ["-v", "error", ...query, "-of", "csv=p=0", path],
  }).output();
  return Number(new TextDecoder().decode(stdout).replace(",", ""));
}
