import assert from "node:assert/strict";
import { byteRange } from "../../../server/http/files/byte_range.ts";

// RFC 9110, section 14.1.2
const cases: [header: string | undefined, expected: ReturnType<typeof byteRange>][] = [
  [undefined, "all"],
  ["bytes=0-499", { start: 0, end: 499 }],
  ["bytes=500-", { start: 500, end: 999 }],
  ["bytes=-100", { start: 900, end: 999 }],
  ["bytes=-5000", { start: 0, end: 999 }],
  ["bytes=0-99999", { start: 0, end: 999 }],
  ["bytes=0-0", { start: 0, end: 0 }],
  ["bytes=999-999", { start: 999, end: 999 }],
  ["bytes=1000-", "none"],
  ["bytes=-0", "none"],
  ["bytes=5-2", "none"],
  ["bytes=a-b", "all"],
  ["bytes=", "all"],
  ["lines=0-5", "all"],
  ["bytes=0-9,10-19", { start: 0, end: 19 }],
  ["bytes=0-9,500-509", "all"],
];

for (const [header, expected] of cases) {
  Deno.test(`byteRange() understands ${header ?? "no header"}`, () => {
    assert.deepEqual(byteRange(header, 1000), expected);
  });
}

Deno.test("byteRange() finds nothing in an empty file", () => {
  assert.equal(byteRange("bytes=0-", 0), "none");
  assert.equal(byteRange("bytes=-5", 0), "none");
});
