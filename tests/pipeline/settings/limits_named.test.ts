import assert from "node:assert/strict";
import { checkedValue, settingNamed } from "../../../pipeline/settings/parameters.ts";
import { formatLimit, parseBytes, parseDuration, parseTime } from "../../../pipeline/settings/units.ts";

Deno.test("A limit is named exactly as it was set", () => {
  for (const text of ["1 B", "999 B", "1 kB", "1 MB", "1.5 GB", "4 GB", "16 GB", "1.048576 MB"]) {
    assert.equal(formatLimit(parseBytes(text, "max-upload")), text);
  }
});

Deno.test("Times that are endless, or too short for ffmpeg to count, are refused by name", () => {
  for (const text of ["1e999", "-1e999", "Infinity", "NaN", "1e300", "400000000", "99999999:00:00"]) {
    assert.throws(() => parseTime(text, "from"), { field: "from" }, text);
  }
  for (const text of ["0", "1e-9", "1e-320"]) {
    assert.throws(() => parseDuration(text, "duration"), { field: "duration" }, text);
  }
  assert.equal(parseTime("1.23456789", "from"), 1.234568);
});

Deno.test("A setting's value that is no such value is refused in one short line, whatever it is", () => {
  let nested: unknown = [];
  for (let depth = 0; depth < 20_000; depth++) nested = [nested];
  const wrong: [string, unknown][] = [
    ["blend", { toString: 1 }],
    ["blend", Object.create(null)],
    ["blend", nested],
    ["blend", "x".repeat(5000)],
    ["layers", nested],
    ["layers", Array.from({ length: 6000 }, () => "a")],
    ["layers", [{ toString: null }]],
    ["channels", Array.from({ length: 6000 }, () => 1)],
    ["seed", Number.POSITIVE_INFINITY],
  ];
  for (const [name, value] of wrong) {
    assert.throws(() => checkedValue(settingNamed(name)!, value), (error: Error & { field: string }) => {
      assert.equal(error.field, name);
      assert.ok(error.message.length < 300, error.message);
      return true;
    });
  }
});
