import assert from "node:assert/strict";
import { readSettings } from "../../../server/uploads/settings.ts";
import { eventually, Harness } from "./harness.ts";

Deno.test("any setting of a waiting dream may change", async () => {
  await using harness = await Harness.open();
  await harness.create();
  const { id } = await harness.create({ octaves: 2 });
  const change = await harness.dreams.change(id, { imageSize: 128, blend: 0.5 });
  assert.deepEqual(change, { frame: null, parameters: { imageSize: 128, blend: 0.5 } });
  const { given, parameters, changes } = harness.dreams.get(id);
  assert.deepEqual(given, { octaves: 2, imageSize: 128, blend: 0.5 });
  assert.deepEqual([parameters.imageSize, parameters.blend, parameters.octaves], [128, 0.5, 2]);
  assert.deepEqual(changes, []);
  assert.equal(harness.hub.told(id).at(-1), "state queued");
  harness.renderer.last.finish();
  await harness.until(id, "running");
  assert.equal(harness.renderer.last.job.parameters.imageSize, 128);
});

Deno.test("a change of a running dream is stored with its frame and told", async () => {
  await using harness = await Harness.open();
  const { id } = await harness.create({ blend: 0.3 });
  harness.renderer.last.frame();
  harness.renderer.last.frame();
  const answer = harness.dreams.change(id, { blend: 0.9 });
  harness.renderer.last.frame();
  assert.deepEqual(await answer, { frame: 2, parameters: { blend: 0.9 } });
  const { given, parameters, changes } = harness.dreams.get(id);
  assert.deepEqual(given, { blend: 0.3 });
  assert.equal(parameters.blend, 0.9);
  assert.equal(changes.length, 1);
  assert.deepEqual([changes[0]?.frame, changes[0]?.parameters], [2, { blend: 0.9 }]);
  const news = harness.hub.news.map(({ news }) => news).find(({ type }) => type === "change");
  assert.deepEqual(news, { type: "change", frame: 2, parameters: { blend: 0.9 } });
});

Deno.test("a change is answered within two seconds though the rendering rests, and noted when it begins", async () => {
  await using harness = await Harness.open();
  const { id } = await harness.create();
  harness.renderer.last.frame();
  harness.renderer.held = true;
  const begin = performance.now();
  assert.deepEqual(await harness.dreams.change(id, { blend: 0.9 }), {
    frame: null,
    parameters: { blend: 0.9 },
  });
  const waited = performance.now() - begin;
  assert.ok(waited > 1900 && waited < 2500, `${waited} ms`);
  assert.deepEqual(harness.dreams.get(id).changes.map(({ frame }) => frame), [null]);
  assert.equal(harness.dreams.get(id).parameters.blend, 0.9);
  harness.renderer.held = false;
  harness.renderer.last.frame();
  await eventually(() => harness.dreams.get(id).changes[0]?.frame === 1);
});

Deno.test("settings are refused by name where they are wrong, unknown or hold for the whole dream", async () => {
  await using harness = await Harness.open();
  const [running, waiting] = [await harness.create(), await harness.create()];
  for (const { id } of [running, waiting]) {
    const refused = async (change: Record<string, unknown>, field: string) =>
      await assert.rejects(async () => await harness.dreams.change(id, readSettings(change, []).given), {
        code: "invalid_parameter",
        field,
      });
    await refused({ blend: 2 }, "blend");
    await refused({ blend: "much" }, "blend");
    await refused({ octaves: null }, "octaves");
    await refused({ nonsense: 1 }, "nonsense");
    await refused({ preset: "art" }, "preset");
    await refused({ model: "/etc/passwd" }, "model");
  }
  await assert.rejects(harness.dreams.change(running.id, { imageSize: 64 }), { field: "imageSize" });
  assert.deepEqual(harness.dreams.get(running.id).changes, []);
});

Deno.test("what the renderer refuses leaves no trace", async () => {
  await using harness = await Harness.open();
  const { id } = await harness.create();
  const refused = harness.dreams.change(id, { layers: ["nowhere"] });
  await assert.rejects(refused, { code: "invalid_parameter", field: "layers" });
  const { changes, parameters } = harness.dreams.get(id);
  assert.deepEqual(changes, []);
  assert.equal(parameters.layers, undefined);
});

Deno.test("a change that the dream's end overtakes is a conflict and forgotten, as is one after it", async () => {
  await using harness = await Harness.open();
  const { id, parameters: { blend } } = await harness.create();
  const answer = assert.rejects(harness.dreams.change(id, { blend: 0.9 }), { code: "conflict" });
  harness.renderer.last.finish();
  await answer;
  const { changes, parameters } = await harness.until(id, "done");
  assert.deepEqual(changes, []);
  assert.equal(parameters.blend, blend);
  await assert.rejects(harness.dreams.change(id, { blend: 0.9 }), { code: "conflict", status: 409 });
});

Deno.test("no settings at all change nothing", async () => {
  await using harness = await Harness.open();
  const { id } = await harness.create();
  assert.deepEqual(await harness.dreams.change(id, {}), { frame: null, parameters: {} });
  assert.deepEqual(harness.dreams.get(id).changes, []);
});
