import assert from "node:assert/strict";
import { type Flag, kebabCase, parseFlags } from "../../../pipeline/command_line/flags.ts";
import { settingFlags, settingsOf } from "../../../pipeline/command_line/setting_flags.ts";
import { nearest } from "../../../pipeline/settings/nearest.ts";
import { parseParameters, settingList } from "../../../pipeline/settings/parameters.ts";
import { parseNumber } from "../../../pipeline/settings/parse_number.ts";
import { ReverieError } from "../../../models/errors.ts";
import { commandLine } from "../../../pipeline/command_line/spelling.ts";

const flags: Flag[] = [
  ...settingFlags,
  { name: "dump", placeholder: "DIR", description: "" },
  { name: "json", description: "" },
  { name: "help", description: "" },
];
const parse = (...args: string[]) => parseFlags(args, flags);
const input = (...args: string[]) => settingsOf(parse(...args).values);

function refusal(...args: string[]): string {
  try {
    input(...args);
  } catch (error) {
    assert.ok(error instanceof ReverieError, String(error));
    return error.told(commandLine);
  }
  throw new assert.AssertionError({ message: `${args.join(" ")} was accepted` });
}

Deno.test("every setting has a flag in kebab-case", () => {
  assert.deepEqual(
    settingFlags.map(({ name }) => name),
    settingList.map(({ name }) => kebabCase(name)),
  );
  assert.equal(kebabCase("tvWeight"), "tv-weight");
});

Deno.test("every setting's default, written as a flag, is the default", () => {
  const defaults: Record<string, unknown> = parseParameters({});
  for (const { name } of settingList) {
    const value = defaults[name];
    if (value === undefined) continue;
    const flag = value === false ? `--no-${kebabCase(name)}` : `--${kebabCase(name)}=${value}`;
    assert.deepEqual(parseParameters(input(flag)), defaults, flag);
  }
});

Deno.test("a value follows its flag or an equals sign, and the last one counts", () => {
  assert.deepEqual(input("--image-size", "256"), { imageSize: 256 });
  assert.deepEqual(input("--image-size=256"), { imageSize: 256 });
  assert.deepEqual(input("--image-size=256", "--image-size", "320"), { imageSize: 320 });
});

Deno.test("lists are separated by commas", () => {
  assert.deepEqual(input("--layers", "mixed3, mixed4"), { layers: ["mixed3", "mixed4"] });
  assert.deepEqual(input("--channels=1,2,30"), { channels: [1, 2, 30] });
  assert.deepEqual(input("--mean", "0.5"), { mean: [0.5, 0.5, 0.5] });
  assert.deepEqual(input("--mean", "123.68,116.779,103.939"), { mean: [123.68, 116.779, 103.939] });
});

Deno.test("a switch is turned on and off", () => {
  assert.deepEqual(input("--independent"), { independent: true });
  assert.deepEqual(input("--no-independent"), { independent: false });
  assert.deepEqual(input("--independent=false"), { independent: false });
  assert.match(refusal("--independent=maybe"), /--independent takes no value but true or false/);
  assert.match(refusal("--no-json"), /there is no flag --no-json/);
});

Deno.test("what is no flag is a positional, and so is all after --", () => {
  assert.deepEqual(parse("a.mp4", "--json", "b.mp4").positionals, ["a.mp4", "b.mp4"]);
  assert.deepEqual(parse("--", "--json", "-x").positionals, ["--json", "-x"]);
  assert.deepEqual(parse("-").positionals, ["-"]);
});

Deno.test("-h is --help", () => {
  assert.equal(parse("-h").values.get("help"), true);
});

Deno.test("a flag that is not known is answered with the nearest", () => {
  assert.equal(refusal("--image-szie", "3"), "there is no flag --image-szie; did you mean --image-size?");
  assert.equal(refusal("--imageSize=3"), "there is no flag --imageSize; did you mean --image-size?");
  assert.equal(refusal("--octave_scale=3"), "there is no flag --octave_scale; did you mean --octave-scale?");
  assert.equal(refusal("--color", "1"), "there is no flag --color; did you mean --colour?");
  assert.equal(refusal("--wobble"), "there is no flag --wobble; --help lists those there are");
});

Deno.test("a missing value is asked for", () => {
  assert.equal(refusal("--image-size"), "--image-size needs a value: --image-size N");
  assert.equal(refusal("--image-size", "--json"), "--image-size needs a value: --image-size N");
});

Deno.test("what is not a number is refused, and nothing else is taken for one", () => {
  assert.equal(
    refusal("--image-size", "big"),
    '--image-size must be a whole number from 64 to 4096, not "big"',
  );
  assert.match(refusal("--channels", "1,x"), /^--channels must be one or more whole numbers/);
  for (const text of ["", " ", "0x10", "1,5", "Infinity", "NaN", "1e", "5px"]) {
    assert.equal(parseNumber(text), undefined, text);
  }
  for (const [text, value] of [["-3", -3], [".5", 0.5], ["1e3", 1000], ["+2.", 2]] as const) {
    assert.equal(parseNumber(text), value, text);
  }
});

Deno.test("nearest() forgives a slip of the fingers but does not guess wildly", () => {
  const words = ["seed", "blend", "octaves", "octave-scale"];
  assert.equal(nearest("sede", words), "seed");
  assert.equal(nearest("octvaes", words), "octaves");
  assert.equal(nearest("blnd", words), "blend");
  assert.equal(nearest("zzzz", words), undefined);
});
