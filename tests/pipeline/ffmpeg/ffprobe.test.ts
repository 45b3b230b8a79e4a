import assert from "node:assert/strict";
import { join } from "node:path";
import { ReverieError } from "../../../models/errors.ts";
import { ffprobe } from "../../../pipeline/ffmpeg/ffprobe.ts";
import type { Program } from "../../../pipeline/ffmpeg/locate.ts";
import { inFolder } from "../clips.ts";

/** A program in the place of ffprobe. */
async function programOf(folder: string, script: string): Promise<Program> {
  const path = join(folder, "ffprobe");
  await Deno.writeTextFile(path, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  return { path } as Program;
}

Deno.test("ffprobe that is killed is told to be killed, and one that crashes to have crashed", () =>
  inFolder(async (folder) => {
    const killed = await programOf(folder, "kill -KILL $$");
    await assert.rejects(
      ffprobe(killed, "a.mp4"),
      (error) => error instanceof ReverieError && error.code === "ffmpeg_killed",
    );
    const crashing = await programOf(folder, "kill -SEGV $$");
    await assert.rejects(ffprobe(crashing, "a.mp4"), /killed with signal SIGSEGV/);
  }));

Deno.test("ffprobe ends when the signal is aborted", () =>
  inFolder(async (folder) => {
    const stopping = new AbortController();
    const started = join(folder, "started");
    const slow = await programOf(
      folder,
      `echo $$ > '${started}.new'; mv '${started}.new' '${started}'; exec sleep 60`,
    );
    const probing = ffprobe(slow, "a.mp4", { signal: stopping.signal });
    let pid = 0;
    while (pid === 0) pid = Number(await Deno.readTextFile(started).catch(() => "0"));
    stopping.abort(new Error("enough"));
    await assert.rejects(probing, /^Error: enough$/);
    assert.throws(() => Deno.kill(pid, "SIGCONT"), Deno.errors.NotFound);
  }));
