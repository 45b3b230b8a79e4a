import assert from "node:assert/strict";
import { cleanName, quoted } from "../../../server/uploads/names.ts";

Deno.test("cleanName() keeps ordinary names, of any script", () => {
  for (
    const name of [
      "clip.mp4",
      "My holiday (2).mov",
      "夢の動画.mp4",
      "rêve.webm",
      "🐟.mp4",
      "noextension",
      ".hidden",
    ]
  ) {
    assert.equal(cleanName(name), name);
  }
});

Deno.test("cleanName() drops folders, control characters and marks of direction", () => {
  assert.equal(cleanName("../../etc/passwd"), "passwd");
  assert.equal(cleanName("C:\\videos\\clip.mp4"), "clip.mp4");
  assert.equal(cleanName("a\0b.mp4"), "a b.mp4");
  assert.equal(cleanName("clip.mp4\r\nSet-Cookie: a=b"), "clip.mp4 Set-Cookie: a=b");
  assert.equal(cleanName("gpj.\u202e4pm.exe"), "gpj. 4pm.exe");
  assert.equal(cleanName("\ud800.mp4"), "\ufffd.mp4");
});

Deno.test("cleanName() gives a name to what has none", () => {
  for (const name of [undefined, "", " ", ".", "..", "../..", "a/", "\0"]) {
    assert.equal(cleanName(name), "video");
  }
});

Deno.test("cleanName() shortens to 200 bytes and keeps the extension", () => {
  for (const letter of ["a", "夢", "🐟"]) {
    const name = cleanName(letter.repeat(5000) + ".mp4");
    const bytes = new TextEncoder().encode(name).length;
    assert.ok(bytes <= 200 && bytes > 195, String(bytes));
    assert.match(name, new RegExp(`^(${letter})+\\.mp4$`, "u"));
  }
});

Deno.test("quoted() cuts long texts", () => {
  assert.equal(quoted("a".repeat(100)), `"${"a".repeat(60)}…"`);
});
