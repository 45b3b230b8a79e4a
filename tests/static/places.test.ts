import assert from "node:assert/strict";
import { duration, secondsOf, size } from "../../static/app/format.js";
import { placeOf } from "../../static/app/router.js";

Deno.test("the address names a place of the page", () => {
  assert.equal(placeOf("")?.name, "");
  assert.equal(placeOf("#/")?.name, "");
  assert.equal(placeOf("#/camera")?.name, "camera");
  assert.equal(placeOf("#/dream/0af3")?.id, "0af3");
  assert.equal(placeOf("#/again/0af3")?.id, "0af3");
});

Deno.test("an address that names nothing is told apart", () => {
  for (const hash of ["#/dream", "#/dream/", "#/camera/1", "#/dream/1/2", "#/constructor", "#/none"]) {
    assert.equal(placeOf(hash), undefined, hash);
  }
});

Deno.test("times are read as seconds or h:mm:ss", () => {
  assert.equal(secondsOf("12.5"), 12.5);
  assert.equal(secondsOf("1:30"), 90);
  assert.equal(secondsOf("1:00:01.5"), 3601.5);
  assert.equal(secondsOf(" "), undefined);
  assert.throws(() => secondsOf("-1"), /Seconds such as/);
  assert.throws(() => secondsOf("soon"), /Seconds such as/);
});

Deno.test("durations and sizes are told in words", () => {
  assert.equal(duration(2.54), "2.5 s");
  assert.equal(duration(59.7), "1 min 0 s");
  assert.equal(duration(125), "2 min 5 s");
  assert.equal(duration(4800), "1 h 20 min");
  assert.equal(size(649_637), "650 kB");
  assert.equal(size(2_500_000), "2.5 MB");
  assert.equal(size(60_000_000), "60 MB");
});
