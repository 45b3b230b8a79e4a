import assert from "node:assert/strict";
import { StageClock } from "../../pipeline/run/stage_clock.ts";
import { knownProviders } from "../../models/engine/providers.ts";
import { ReverieError } from "../../models/errors.ts";
import type { FrameEvent, StartEvent } from "../../pipeline/run/events.ts";
import { InterruptedError } from "../../pipeline/run/interrupted.ts";
import { parseParameters } from "../../pipeline/settings/parameters.ts";
import { barLine } from "../../pipeline/terminal/bar.ts";
import { flagsOf } from "../../pipeline/command_line/command.ts";
import { dream, parseDream, refuseSameFile } from "../../pipeline/command_line/commands/dream.ts";
import { evaluate } from "../../pipeline/command_line/commands/evaluate.ts";
import { FlagValues } from "../../pipeline/command_line/flag_values.ts";
import { failureOf } from "../../pipeline/command_line/failure.ts";
import { commandHelp } from "../../pipeline/command_line/help.ts";
import { jsonLine, jsonReporter, startLine, textReporter } from "../../pipeline/terminal/reporter.ts";
import { Screen, type TextSink } from "../../pipeline/terminal/screen.ts";
import { table } from "../../pipeline/terminal/table.ts";
import { formatBytes, formatTime, parseTime } from "../../pipeline/settings/units.ts";
import { commandLine } from "../../pipeline/command_line/spelling.ts";

/** A sink that records everything. */
function recorder(terminal: boolean): TextSink & { text: string } {
  return {
    terminal,
    text: "",
    columns: () => 60,
    write(text) {
      this.text += text;
    },
  };
}

const refuses = (call: () => unknown, pattern: RegExp) =>
  assert.throws(call, (error) => error instanceof ReverieError && pattern.test(error.told(commandLine)));

Deno.test("a time is seconds, m:ss or h:mm:ss", () => {
  const times = {
    "90": 90,
    "1.5": 1.5,
    ".25": 0.25,
    "2:30": 150,
    "0:07.5": 7.5,
    "1:02:03": 3723,
    "100:00": 6000,
  };
  for (const [text, seconds] of Object.entries(times)) assert.equal(parseTime(text, "from"), seconds, text);
});

Deno.test("what is no time is refused with the flag's name", () => {
  for (const text of ["", "abc", "-5", "1:60", "1:-2", "1:2:3:4", "1.5:00", "1::2", "5s"]) {
    refuses(() => parseTime(text, "from"), /^--from must be a time in seconds or as h:mm:ss/);
  }
});

Deno.test("times and sizes are shown as people write them", () => {
  assert.deepEqual([0, 7.4, 145, 3723].map(formatTime), ["0:00", "0:07", "2:25", "1:02:03"]);
  assert.deepEqual([0, 999, 999_960, 25_336_605, 2e12].map(formatBytes), [
    "0 B",
    "999 B",
    "1.0 MB",
    "25.3 MB",
    "2.0 TB",
  ]);
});

Deno.test("the bar shows the share done and never fills the last column", () => {
  const line = barLine({ done: 5, total: 10, details: ["1.20 fps", "0:04 left"] }, 60);
  assert.match(line, /^ 50% ━+─+ {2}5\/10 {2}1\.20 fps {2}0:04 left$/);
  const [full, empty] = [line.match(/━/g)!.length, line.match(/─/g)!.length];
  assert.ok(Math.abs(full - empty) <= 1);
  for (let columns = 1; columns < 120; columns++) {
    const narrow = barLine(
      { done: 123, total: 4567, details: ["1.20 fps", "1:00:04 left", "loss 1.23"] },
      columns,
    );
    assert.ok(narrow.length < Math.max(columns, 1) || narrow === "", `${columns}: ${narrow}`);
  }
});

Deno.test("a narrow bar drops the last details first", () => {
  const details = ["1.20 fps", "0:04 left", "loss 1.23"];
  assert.doesNotMatch(barLine({ done: 5, total: 10, details }, 45), /loss/);
  assert.match(barLine({ done: 5, total: 10, details }, 45), /fps {2}0:04 left$/);
});

Deno.test("without a total there is a count but no bar", () => {
  assert.equal(barLine({ done: 5, total: undefined, details: ["1.20 fps"] }, 60), "5  1.20 fps");
});

const parameters = parseParameters({});
const start: StartEvent = {
  event: "start",
  input: "in.mp4",
  output: "out.mp4",
  width: 640,
  height: 480,
  workingWidth: 512,
  workingHeight: 384,
  frames: 10,
  provider: "cpu",
  flow: "dis",
  network: "inception-v3",
  layers: ["mixed3", "mixed4"],
  parameters,
};
const frame = (index: number): FrameEvent => ({
  event: "frame",
  index,
  pts: index / 30,
  seconds: index,
  fps: 1,
  eta: 9 - index,
  loss: 1.234,
  motion: 0.01,
  visible: 0.9,
  stages: new StageClock().lap(),
});
const done = {
  event: "done",
  frames: 10,
  seconds: 8,
  output: "out.mp4",
  peakMemory: 1e9,
  parameters,
} as const;

Deno.test("the first line says which flow there is, and why where there was a choice", () => {
  assert.match(startLine(start), / by inception-v3 \(mixed3, mixed4\); flow: dis$/);
  assert.match(startLine({ ...start, flowReason: "quick enough" }), /; flow: dis \(quick enough\)$/);
  assert.doesNotMatch(startLine({ ...start, flow: "none" }), /flow/);
});

Deno.test("plain lines come every two seconds at most, and the last one always", () => {
  const out = recorder(false), err = recorder(false);
  let clock = 0;
  const reporter = textReporter(new Screen(out, err), { now: () => clock });
  reporter.event(start);
  for (let index = 0; index < 10; index++) {
    reporter.event(frame(index));
    clock += 800;
  }
  reporter.event(done);
  assert.deepEqual(out.text.trimEnd().split("\n"), [
    "in.mp4, 640x480, 10 frames: dreamed at 512x384 on cpu by inception-v3 (mixed3, mixed4); flow: dis",
    "frame 1 of 10, 1.00 fps, 0:09 left, loss 1.23",
    "frame 4 of 10, 1.00 fps, 0:06 left, loss 1.23",
    "frame 7 of 10, 1.00 fps, 0:03 left, loss 1.23",
    "frame 10 of 10, 1.00 fps, 0:00 left, loss 1.23",
    "out.mp4: 10 frames in 8.0 s (1.25 fps)",
  ]);
  assert.equal(err.text, "");
});

Deno.test("an interrupted run still shows the last frame", () => {
  const out = recorder(false);
  const reporter = textReporter(new Screen(out, recorder(false)), { now: () => 0 });
  reporter.event(start);
  for (let index = 0; index < 3; index++) reporter.event(frame(index));
  reporter.close();
  reporter.close();
  assert.deepEqual(out.text.match(/frame \d+/g), ["frame 1", "frame 3"]);
});

Deno.test("a terminal gets one line that is drawn over and gone in the end", () => {
  const out = recorder(true), err = recorder(true);
  let clock = 0;
  const reporter = textReporter(new Screen(out, err), { now: () => clock });
  reporter.event(start);
  for (let index = 0; index < 10; index++) {
    reporter.event(frame(index));
    clock += 800;
  }
  reporter.warning("no effect yet: -clamp");
  reporter.event(done);
  // deno-lint-ignore no-control-regex
  const lines = out.text.split("\n").map((line) => line.replace(/.*\r\x1b\[2K/s, ""));
  assert.deepEqual(lines.slice(1), ["out.mp4: 10 frames in 8.0 s (1.25 fps)", ""]);
  assert.match(out.text, /100% ━+ 10\/10/);
  assert.equal(err.text, "reverie: no effect yet: -clamp\n");
});

Deno.test("a download is shown in plain lines and ends with all of it", () => {
  const out = recorder(false);
  let clock = 0;
  const reporter = textReporter(new Screen(out, recorder(false)), { now: () => clock });
  for (let received = 0; received <= 25e6; received += 1e6, clock += 200) reporter.download(received, 25e6);
  const lines = out.text.trimEnd().split("\n");
  assert.equal(lines[0], "fetching the network: 0 B of 25.0 MB");
  assert.equal(lines.at(-1), "fetching the network: 25.0 MB of 25.0 MB");
  assert.equal(lines.length, 4);
});

Deno.test("with --json every line is a JSON object with all of its keys", () => {
  const out = recorder(true), err = recorder(false);
  const reporter = jsonReporter(new Screen(out, err));
  reporter.download(1, 2);
  reporter.event({ ...start, frames: undefined });
  reporter.event({ ...frame(0), eta: undefined });
  reporter.event(done);
  const events = out.text.trimEnd().split("\n").map((line) => JSON.parse(line));
  assert.deepEqual(events.map(({ event }) => event), ["start", "frame", "done"]);
  assert.equal(events[0].frames, null);
  assert.equal(events[1].eta, null);
  assert.equal(events[2].parameters.imageSize, 512);
  assert.equal(jsonLine({ text: "two\nlines" }), '{"text":"two\\nlines"}');
});

Deno.test("errors end with the status that the command line promises", () => {
  assert.deepEqual(failureOf(new ReverieError("invalid_request", "a\n b")).message, "a b");
  assert.equal(failureOf(new ReverieError("invalid_request", "a")).exitCode, 2);
  assert.equal(failureOf(new ReverieError("encoding_failed", "a")).exitCode, 1);
  assert.equal(failureOf(new InterruptedError(3, "out.mp4")).exitCode, 130);
  assert.match(failureOf(new InterruptedError(3, "out.mp4")).message, /3 frames so far are in out\.mp4/);
  assert.equal(failureOf(new DOMException("stop", "AbortError")).exitCode, 130);
  assert.equal(failureOf(new TypeError("x is not a function")).exitCode, 1);
  assert.match(failureOf(new Error("top", { cause: new Error("below") })).stack, /caused by Error: below/);
});

Deno.test("the help of dream names every flag once, with range and default, and every preset", () => {
  const help = commandHelp(dream, 100);
  for (const { name, negatable } of flagsOf(dream)) {
    const label = negatable ? `  --[no-]${name}` : `  --${name}`;
    assert.equal(help.split("\n").filter((line) => (line + " ").startsWith(`${label} `)).length, 1, name);
  }
  assert.match(
    help.replace(/\s+/g, " "),
    /--image-size N longest side .*? \[64 to 4096 pixels; default 512\]/,
  );
  assert.match(help, / {2}landscape +calm scenes/);
  for (const line of help.split("\n")) assert.ok(line.length <= 100, line);
});

Deno.test("a flag that shares a setting's name tells no default but its own", () => {
  const help = commandHelp(evaluate, 100).replace(/\s+/g, " ");
  assert.match(help, /--flow NAME [^[]*\[default dis\] --/);
  assert.match(help, /--image-size N [^[]*\[default 512\] --/);
});

Deno.test("dream's command line is understood as a whole", () => {
  const { options, wish, json, notes } = parseDream(
    "in.mp4 out.mp4 --preset fast --seed=9 --from 1:00 --duration 2.5 --hls live --dump kept --provider cuda,cpu --json"
      .split(" "),
  );
  assert.deepEqual(options, {
    input: "in.mp4",
    output: "out.mp4",
    from: 60,
    duration: 2.5,
    hls: "live",
    dump: "kept",
    providers: ["cuda", "cpu"],
  });
  assert.equal(wish.preset, "fast");
  assert.deepEqual(wish.given, { seed: 9 });
  assert.equal(json, true);
  assert.deepEqual(notes, []);
});

Deno.test("dream says what is missing or too much", () => {
  refuses(() => parseDream([]), /needs an INPUT and an OUTPUT/);
  refuses(() => parseDream(["in.mp4"]), /needs an OUTPUT after the INPUT/);
  refuses(() => parseDream(["a", "b", "c"]), /there is one more: "c"/);
  refuses(() => parseDream(["a", "b", "--duration", "0"]), /--duration must be above 0/);
  refuses(() => parseDream(["a", "b", "--dump="]), /--dump needs the name of a folder/);
});

Deno.test("providers are those that the engine knows", () => {
  const providerList = (text?: string) =>
    new FlagValues({ values: new Map(text === undefined ? [] : [["provider", text]]) }).providers();
  assert.deepEqual(providerList(knownProviders.join(",")), [...knownProviders]);
  assert.equal(providerList("auto"), undefined);
  assert.equal(providerList(undefined), undefined);
  refuses(() => providerList("cuda,gpu"), /--provider must list some of cuda, webgpu, cpu/);
  refuses(() => providerList(""), /--provider/);
});

Deno.test("the result may not be written over the source, whatever its name", async () => {
  const folder = await Deno.makeTempDir();
  const path = (name: string) => `${folder}/${name}`;
  try {
    await Deno.writeTextFile(path("in.mp4"), "x");
    await Deno.writeTextFile(path("other.mp4"), "x");
    await Deno.symlink(path("in.mp4"), path("link.mp4"));
    for (const output of ["in.mp4", "./in.mp4", "link.mp4"]) {
      await assert.rejects(refuseSameFile(path("in.mp4"), path(output)), /is the source itself/);
    }
    await refuseSameFile(path("in.mp4"), path("other.mp4"));
    await refuseSameFile(path("in.mp4"), path("new.mp4"));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("a table's columns are aligned", () => {
  assert.equal(table([["a", "1"], ["long", "22"]], [1]), "a      1\nlong  22");
});
