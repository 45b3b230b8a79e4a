import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { ReverieError } from "../../../pipeline/errors.ts";
import { Harness } from "./harness.ts";

/** Lets the database find the disk full while `full()` holds and it is asked to write. */
function withFullDisk(full: () => boolean): Disposable {
  const { prepare } = DatabaseSync.prototype;
  DatabaseSync.prototype.prepare = function (sql, ...rest) {
    if (full() && !sql.startsWith("SELECT")) {
      throw Object.assign(new Error("database or disk is full"), { code: "ERR_SQLITE_ERROR" });
    }
    return prepare.call(this, sql, ...rest);
  };
  return { [Symbol.dispose]: () => DatabaseSync.prototype.prepare = prepare };
}

Deno.test("a dream's end that finds the disk full is noted with the room of the reserve", async () => {
  await using harness = await Harness.open();
  const reserve = `${harness.data}/reverie.sqlite.reserve`;
  const { id } = await harness.create();
  using _ = withFullDisk(() => existsSync(reserve));
  harness.renderer.last.fail(new ReverieError("disk_full", "the disk is full"));
  assert.equal((await harness.until(id, "failed")).error?.code, "disk_full");
});

Deno.test("a dream's end that cannot be noted is tried again until it is", async () => {
  await using harness = await Harness.open();
  const { id } = await harness.create();
  let tries = 0;
  using _ = withFullDisk(() => tries++ < 4);
  harness.renderer.last.fail(new ReverieError("disk_full", "the disk is full"));
  await harness.until(id, "failed");
});

Deno.test("a dream can be deleted on a full disk: its files make room", async () => {
  await using harness = await Harness.open();
  const { id } = await harness.create();
  harness.renderer.last.finish();
  await harness.until(id, "done");
  const source = `${harness.data}/dreams/${id}/source`;
  using _ = withFullDisk(() => existsSync(source));
  await harness.dreams.remove(id);
  assert.deepEqual(harness.dreams.list(), []);
});

Deno.test("where nothing makes room, the refusal to delete does not say to delete", async () => {
  await using harness = await Harness.open();
  const { id } = await harness.create();
  let full = true;
  using _ = withFullDisk(() => full);
  await assert.rejects(harness.dreams.remove(id), (error: ReverieError) => {
    assert.equal(error.code, "disk_full");
    assert.match(error.message, /whoever runs the server has to make room/);
    return true;
  });
  full = false;
});
