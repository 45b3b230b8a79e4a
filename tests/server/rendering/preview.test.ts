import assert from "node:assert/strict";
import sharp from "sharp";
import { ReverieError } from "../../../pipeline/errors.ts";
import { oneRenderer, quickJob, quickWish, sample, Told, until } from "./jobs.ts";

const withTheRenderer = oneRenderer();

const refusal = (code: string) => (error: unknown) => error instanceof ReverieError && error.code === code;

Deno.test("preview() dreams the frame at a moment of the video", () =>
  withTheRenderer(async (renderer) => {
    const { dreamed, width, height, loss, seconds } = await renderer.preview({
      input: sample,
      at: 1.2,
      wish: quickWish(),
    });
    const picture = await sharp(dreamed).metadata();
    assert.deepEqual([picture.format, picture.width, picture.height], ["jpeg", 480, 270]);
    assert.deepEqual([width, height], [480, 270]);
    assert.ok(loss > 0 && seconds > 0);
  }));

Deno.test("preview() goes first: the rendering rests between two frames and then goes on to the same result", () =>
  withTheRenderer(async (renderer, folder) => {
    const held: boolean[] = [];
    renderer.onHeld((now) => held.push(now));
    const previews: Promise<unknown>[] = [];
    const told = new Told(({ index }) => {
      if (index !== 2) return;
      const preview = renderer.preview({ input: sample, at: 0, wish: quickWish() });
      previews.push(preview.then(() => told.frames.length));
    });
    const { frames } = await renderer.render(quickJob(folder, { duration: 1 }), told).finished;
    assert.equal(frames, 24);
    assert.deepEqual(held, [true, false]);
    assert.equal(renderer.held, false);
    assert.ok(await previews[0] as number < 24);
    const undisturbed = new Told();
    await renderer.render(quickJob(folder, { duration: 1 }), undisturbed).finished;
    assert.deepEqual(told.frames.map(({ loss }) => loss), undisturbed.frames.map(({ loss }) => loss));
  }));

Deno.test("stop() works on a rendering that rests", () =>
  withTheRenderer(async (renderer, folder) => {
    const previews: Promise<unknown>[] = [];
    const told = new Told(({ index }) => {
      if (index === 2) previews.push(renderer.preview({ input: sample, at: 0, wish: quickWish() }));
    });
    const rendering = renderer.render(quickJob(folder, { duration: 2 }), told);
    await until(() => renderer.held);
    rendering.stop(new Error("enough"));
    await assert.rejects(rendering.finished, /enough/);
    assert.equal(renderer.held, false);
    await previews[0];
  }));

Deno.test("preview() is one at a time, and a signal makes room for the next", () =>
  withTheRenderer(async (renderer) => {
    const stopping = new AbortController();
    const job = { input: sample, at: 0, wish: quickWish() };
    const first = renderer.preview(job, stopping.signal);
    await assert.rejects(renderer.preview(job), refusal("busy"));
    stopping.abort(new Error("the client has gone"));
    await assert.rejects(first, /the client has gone/);
    await assert.rejects(renderer.preview(job, stopping.signal), /the client has gone/);
    assert.ok((await renderer.preview(job)).loss > 0);
  }));

Deno.test("preview() of a moment after the end is an unusable video, told without the path", () =>
  withTheRenderer(async (renderer) => {
    const preview = renderer.preview({ input: sample, at: 99, wish: quickWish() });
    await assert.rejects(preview, (error: ReverieError) => {
      assert.equal(error.code, "unusable_video");
      assert.match(error.message, /^the source has no frame at 99 s/);
      return true;
    });
  }));
