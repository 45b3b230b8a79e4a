import assert from "node:assert/strict";
import { Log } from "../../../pipeline/ffmpeg/log.ts";

function exitAfter(lines: string[], status: { code: number; signal: string | null }) {
  const log = new Log();
  for (const line of lines) log.readLine(line);
  return log.exit(status);
}

Deno.test("an output whose end could not be written is not whole, though ffmpeg exits with status 0", () => {
  const done = { code: 0, signal: null };
  const full = "No space left on device";
  assert.equal(exitAfter([`[error] Error writing trailer of a.mp4: ${full}`], done).ok, false);
  assert.equal(exitAfter([`[out#0/mp4 @ 0x55d] [error] Error closing file: ${full}`], done).ok, false);
  assert.equal(exitAfter(["[h264 @ 0x55d] [error] error while decoding MB 3 4"], done).ok, true);
});

Deno.test("what ffmpeg says of the numbers of raw frames is no error of the file", () => {
  const said = "Application provided invalid, non monotonically increasing dts to muxer in stream 0: 9 >= 0";
  assert.deepEqual(exitAfter([`[rawvideo @ 0x55d] [error] ${said}`], { code: 0, signal: null }).errors, []);
});

Deno.test("a signal interrupts, unless the file has grown too large", () => {
  assert.equal(exitAfter([], { code: 137, signal: "SIGKILL" }).interrupted, true);
  const tooLarge = exitAfter([], { code: 153, signal: "SIGXFSZ" });
  assert.deepEqual([tooLarge.interrupted, tooLarge.errors], [false, ["ffmpeg was killed with SIGXFSZ"]]);
});
