import assert from "node:assert/strict";
import { join } from "node:path";
import { defaultLimits } from "../../../server/options.ts";
import { sessionKey } from "../../../server/security/session_key.ts";
import { Uploads } from "../../../server/uploads/uploads.ts";
import { inFolder, names } from "../../pipeline/clips.ts";

Deno.test("a server clears its own uploads away, and no file of another name", () =>
  inFolder(async (folder) => {
    const id = "0123456789abcdef".repeat(2);
    const resumable = join(folder, "resumable");
    await Deno.mkdir(resumable);
    const old = new Date(Date.now() - 3 * 24 * 3600 * 1000);
    for (const name of [id, "thesis.txt"]) await Deno.writeTextFile(join(folder, name), "");
    for (const name of [id, `${id}.json`, "thesis.json", "thesis"]) {
      await Deno.writeTextFile(join(resumable, name), "{}");
      await Deno.utime(join(resumable, name), old, old);
    }
    const uploads = new Uploads({ folder, limits: defaultLimits });
    assert.deepEqual(names(folder), ["resumable", "thesis.txt"]);
    assert.equal(await uploads.removeExpired(), 1);
    assert.deepEqual(names(resumable), ["thesis", "thesis.json"]);
  }));

Deno.test("a session key replaces a key that was cut off, but nothing else", () =>
  inFolder(async (folder) => {
    const path = join(folder, "session-key");
    await Deno.writeTextFile(path, "0123abcd");
    assert.match(sessionKey("token", folder), /^[0-9a-f]{64} token$/);
    await Deno.writeTextFile(path, "the key is under the mat");
    assert.throws(() => sessionKey("token", folder), /session-key is not the file of a server: move it away/);
    assert.equal(await Deno.readTextFile(path), "the key is under the mat");
  }));
