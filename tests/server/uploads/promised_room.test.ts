import assert from "node:assert/strict";
import { statfs } from "node:fs/promises";
import { join } from "node:path";
import { ReverieError } from "../../../pipeline/errors.ts";
import { PromisedRoom } from "../../../server/uploads/promised_room.ts";
import { inFolder } from "../../pipeline/clips.ts";

const full = (error: unknown) => error instanceof ReverieError && error.code === "disk_full";

Deno.test("room is counted over all uploads that have announced theirs, until they end or are abandoned", () =>
  inFolder(async (folder) => {
    const { bavail, bsize } = await statfs(folder);
    const most = Math.floor(0.6 * bavail * bsize);
    let now = Date.now();
    const room = new PromisedRoom(folder, () => now);
    const [first, second] = [join(folder, "first"), join(folder, "second")];
    await room.promise(first, most);
    await room.promise(first, most);
    await assert.rejects(room.promise(second, most), full);
    room.end(first);
    await room.promise(second, most);
    await assert.rejects(room.promise(first, most), full);
    now += 3_600_000;
    await room.promise(first, most);
    await assert.rejects(room.promise(second, most), full);
  }));
