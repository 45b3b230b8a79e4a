import assert from "node:assert/strict";
import { join } from "node:path";
import { runScript } from "./run_deno.ts";
import { sharedFile } from "./shared_data.ts";
import { testWith } from "./needs.ts";

const squeezeNet = sharedFile("weights/squeezenet1_1.onnx");

const root = new URL("..", import.meta.url);

const reverie = (args: string[], env?: Record<string, string>) => runScript("main.ts", args, env);

/** Wrong usage: one line on standard error, nothing on standard output, status 2. */
async function refused(args: string[], pattern: RegExp): Promise<void> {
  const { code, stdout, stderr } = await reverie(args);
  assert.match(stderr, pattern, args.join(" "));
  assert.match(stderr, /^reverie: [^\n]+\n$/, "one line");
  assert.equal(stdout, "");
  assert.equal(code, 2);
}

Deno.test("--help lists the commands, and each command has help of its own", async () => {
  const { code, stdout } = await reverie(["--help"]);
  assert.equal(code, 0);
  for (const command of ["dream", "models", "evaluate", "doctor"]) {
    assert.match(stdout, new RegExp(` ${command} `), command);
    const help = await reverie([command, "--help"]);
    assert.equal(help.code, 0);
    assert.match(help.stdout, new RegExp(` ${command}\\b`));
    assert.equal(help.stderr, "");
  }
});

Deno.test("the help of dream has the settings with their ranges and defaults", async () => {
  const { stdout } = await reverie(["dream", "-h"]);
  const text = stdout.replace(/\s+/g, " ");
  assert.match(text, /--scene-cut X .*? \[0 to 1; default 0\.25\]/);
  assert.match(text, /--preset NAME a choice of settings.* Presets: landscape .* classic /);
});

Deno.test("wrong usage is one line that says what to do, and status 2", async () => {
  await Promise.all([
    refused([], /name a command: dream, serve, models, evaluate, doctor/),
    refused(["draem"], /no command "draem"; did you mean dream\?/),
    refused(["serve", "clip.mp4"], /serve takes flags alone/),
    refused(["serve", "--host", "0.0.0.0"], /--token/),
    refused(["dream"], /needs an INPUT and an OUTPUT/),
    refused(["models", "list", "all"], /models is used so/),
    refused(["evaluate", "a.mp4"], /takes a SOURCE and a DREAMED/),
    refused(["doctor", "now"], /takes no arguments/),
  ]);
});

Deno.test("wrong flags are named", async () => {
  await Promise.all([
    refused(["serve", "--port", "x"], /--port must be a whole number from 0 to 65535/),
    refused(
      ["dream", "a.mp4", "b.mp4", "--image-szie", "3"],
      /no flag --image-szie; did you mean --image-size\?/,
    ),
    refused(
      ["dream", "a.mp4", "b.mp4", "--image-size", "3"],
      /--image-size must be a whole number from 64 to 4096/,
    ),
    refused(["dream", "a.mp4", "b.mp4", "--preset", "x"], /no preset is named "x"/),
    refused(["dream", "a.mp4", "b.mp4", "--from", "x"], /--from must be a time/),
    refused(["dream", "a.mp4", "b.mp4", "-num_iteratons", "1"], /did you mean -num_iterations\?/),
    refused(["evaluate", "a.mp4", "b.mp4", "--frames", "0"], /--frames must be a whole number from 1/),
  ]);
});

Deno.test("the source is never written over", async () => {
  const file = await Deno.makeTempFile({ suffix: ".mp4" });
  try {
    await Deno.writeTextFile(file, "kept");
    await refused(["dream", file, file], /is the source itself/);
    assert.equal(await Deno.readTextFile(file), "kept");
  } finally {
    await Deno.remove(file);
  }
});

Deno.test("with --json an error is also a line of JSON; with --verbose there is a stack", async () => {
  const json = await reverie(["dream", "a.mp4", "--json"]);
  assert.equal(json.code, 2);
  const event = JSON.parse(json.stdout);
  assert.equal(event.event, "error");
  assert.match(event.message, /needs an OUTPUT/);
  assert.match(json.stderr, /^reverie: [^\n]+\n$/);
  const verbose = await reverie(["dream", "a.mp4", "--verbose"]);
  assert.equal(verbose.code, 2);
  assert.match(verbose.stderr, /\n +at .*commands\/dream\.ts/);
});

Deno.test("a reader that goes away is no error", async () => {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--allow-all", "main.ts", "dream", "--help"],
    cwd: root,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  await child.stdout.cancel();
  const stderr = await new Response(child.stderr).text();
  const { code } = await child.status;
  assert.equal(stderr, "");
  assert.equal(code, 0);
});

Deno.test({
  name: "a standard output that is full is one line, and hides no other error",
  ignore: Deno.build.os !== "linux",
  async fn() {
    const lines = {
      "dream --help": /^reverie: cannot write [^\n]+\n$/,
      "dream --json": /^reverie: dream needs [^\n]+\n$/,
    };
    for (const [args, line] of Object.entries(lines)) {
      const shell = `"${Deno.execPath()}" run --quiet --allow-all main.ts ${args} > /dev/full`;
      const { code, stderr } = await new Deno.Command("sh", { args: ["-c", shell], cwd: root }).output();
      assert.match(new TextDecoder().decode(stderr), line, args);
      assert.equal(code, args === "dream --help" ? 1 : 2);
    }
  },
});

Deno.test("models list tells what is here, and an empty cache has nothing", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const { code, stdout } = await reverie(["models", "list"], { REVERIE_CACHE: folder });
    assert.equal(code, 0);
    assert.match(stdout, /inception-v3 +not here \(25\.3 MB to fetch\) +MIT/);
    const [network] = JSON.parse(
      (await reverie(["models", "list", "--json"], { REVERIE_CACHE: folder })).stdout,
    );
    assert.equal(network.name, "inception-v3");
    assert.equal(network.path, undefined);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("models show prints the card, and refuses what is not there", async () => {
  const { stdout } = await reverie(["models", "show", "inception-v3"]);
  assert.match(stdout, /classifier of image content/);
  assert.match(stdout, /layers +mixed0, mixed1/);
  await refused(["models", "show", "vgg"], /no network is named "vgg"; there are: inception-v3/);
  await refused(["models", "show", "none.onnx"], /none\.onnx: there is no such file/);
  await refused(["models", "show", "deno.json"], /deno\.json: not an ONNX model/);
});

testWith(squeezeNet, "models show prints the input and the layers of an ONNX file", async () => {
  const { code, stdout, stderr } = await reverie(["models", "show", squeezeNet.path]);
  assert.equal(stderr, "");
  assert.equal(code, 0);
  assert.match(stdout, /input +\S+ float32 \[/);
  assert.match(stdout, /Relu|relu|fire/i);
});

Deno.test("models pull without a network says so with status 1", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const { code, stderr } = await reverie(["models", "pull", "inception-v3"], {
      REVERIE_CACHE: folder,
      NPM_CONFIG_REGISTRY: "http://127.0.0.1:9/",
    });
    assert.equal(code, 1);
    assert.match(stderr, /^reverie: cannot fetch [^\n]+\n$/);
    assert.deepEqual([...Deno.readDirSync(join(folder, "networks"))], []);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("doctor looks at this machine and prints a report", async () => {
  const { code, stdout, stderr } = await reverie(["doctor", "--json"]);
  const { healthy, checks } = JSON.parse(stdout);
  assert.equal(stderr, "");
  assert.equal(code, healthy ? 0 : 1);
  assert.ok(checks.length > 8);
});
