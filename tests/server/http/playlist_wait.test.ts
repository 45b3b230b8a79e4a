import assert from "node:assert/strict";
import type { ReverieError } from "../../../pipeline/errors.ts";
import { PlaylistWaits } from "../../../server/http/files/playlist_wait.ts";

Deno.test("PlaylistWaits holds all who wait until it is there, with one look at a time", async () => {
  let looks = 0;
  const ready = () => ++looks > 102;
  const waits = new PlaylistWaits();
  await Promise.all(Array.from({ length: 100 }, () => waits.until("a", { ready, signals: [] })));
  // Each looks once on arrival; from then on one looks for all.
  assert.ok(looks >= 102 && looks <= 104, `${looks} looks`);
});

Deno.test("PlaylistWaits lets nobody wait for what is there", async () => {
  await new PlaylistWaits().until("a", { ready: () => true, signals: [], patience: 0 });
});

Deno.test("PlaylistWaits refuses with Retry-After after its patience and when a signal says so", async () => {
  const waits = new PlaylistWaits();
  const ready = () => false;
  const busy = (error: ReverieError) => error.code === "busy" && error.retryAfter !== undefined;
  await assert.rejects(waits.until("a", { ready, signals: [], patience: 20 }), busy);
  await assert.rejects(waits.until("a", { ready, signals: [AbortSignal.timeout(20)] }), busy);
  await assert.rejects(waits.until("a", { ready, signals: [AbortSignal.abort()] }), busy);
  // The shared poll ends by itself.
  await new Promise((resolve) => setTimeout(resolve, 250));
});

Deno.test("PlaylistWaits tells all who wait of an error", async () => {
  let looks = 0;
  const ready = () => {
    if (++looks > 3) throw new Error("gone");
    return false;
  };
  const waits = new PlaylistWaits();
  const waiting = [1, 2].map(() => waits.until("a", { ready, signals: [] }));
  for (const wait of waiting) await assert.rejects(wait, /gone/);
});
