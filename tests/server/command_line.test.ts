import assert from "node:assert/strict";
import { parseServe } from "../../server/command_line.ts";
import { defaultLimits } from "../../server/options.ts";
import { failureOf } from "../../pipeline/command_line/failure.ts";

Deno.test("serve listens on this machine alone unless told otherwise", () => {
  const { host, port, limits, cors, withoutToken } = parseServe([]);
  assert.deepEqual(
    { host, port, limits, cors, withoutToken },
    { host: "127.0.0.1", port: 8000, limits: defaultLimits, cors: [], withoutToken: false },
  );
});

Deno.test("every limit has its flag", () => {
  const { limits, keepDays, quota } = parseServe([
    ...["--max-upload", "1.5GB", "--max-duration", "2:00", "--max-size", "1920x1080", "--max-frames", "500"],
    ...["--max-time", "3600", "--max-memory", "800 mb", "--queue", "3", "--keep", "0.5", "--quota", "20G"],
  ]);
  assert.deepEqual(limits, {
    upload: 1.5e9,
    duration: 120,
    pixels: 1920 * 1080,
    frames: 500,
    seconds: 3600,
    memory: 8e8,
    queue: 3,
  });
  assert.deepEqual([keepDays, quota], [0.5, 2e10]);
});

Deno.test("the token may come from the environment, where other users cannot see it", () => {
  Deno.env.set("REVERIE_TOKEN", "from the environment");
  try {
    assert.equal(parseServe([]).token, "from the environment");
    assert.equal(parseServe(["--token", "given"]).token, "given");
  } finally {
    Deno.env.delete("REVERIE_TOKEN");
  }
});

Deno.test("a wrong flag of serve is named with what it may be", () => {
  const wrong: [string[], RegExp][] = [
    [["--port", "70000"], /--port must be a whole number from 0 to 65535, not "70000"/],
    [["--max-size", "big"], /--max-size must be a size such as 3840x2160/],
    [["--max-upload", "0"], /--max-upload must be a number of bytes above 0/],
    [["--keep", "0"], /--keep must be a number above 0/],
    [["--cors", "example.org"], /--cors takes origins such as https:\/\/example\.org/],
    [["--token", ""], /--token must not be empty/],
    [["--prot", "1"], /did you mean --port\?/],
    [["clip.mp4"], /serve takes flags alone/],
  ];
  for (const [args, message] of wrong) {
    assert.throws(() => parseServe(args), (error) => message.test(failureOf(error).message), args.join(" "));
  }
});
