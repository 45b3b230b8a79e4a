import assert from "node:assert/strict";
import sharp from "sharp";
import { bar, CameraClient, quickSettings, withCamera } from "./camera_client.ts";
import { quickJob, Told, until } from "../rendering/jobs.ts";

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

Deno.test("pictures come back dreamed, one by one, at the session's size", () =>
  withCamera(async (url) => {
    const client = await new CameraClient(url).open();
    const { width, height, provider, parameters } = await client.start();
    assert.deepEqual([width, height, provider, parameters.imageSize], [160, 120, "cpu", 64]);
    for (let i = 0; i < 4; i++) {
      client.send(await bar(40 + 8 * i, 320, 240));
      const told = await client.hear("frame", i);
      assert.equal(told.frame, i);
      assert.equal(told.dropped, 0);
      assert.ok(told.milliseconds > 0 && told.milliseconds < 60_000 && told.fps > 0 && told.loss > 0);
      if (i > 0) assert.ok(told.visible > 0);
    }
    await until(() => client.pictures.length === 4);
    const picture = await sharp(client.pictures[3]).metadata();
    assert.deepEqual([picture.format, picture.width, picture.height], ["jpeg", 160, 120]);
    assert.ok(await difference(client.pictures[3]!, await bar(64)) > 1);
    client.say({ type: "stop" });
    assert.equal((await client.closed).code, 1000);
  }));

/** Mean difference of two pictures in grey levels. */
async function difference(one: Uint8Array, other: Uint8Array): Promise<number> {
  const [a, b] = await Promise.all([one, other].map((jpeg) => sharp(jpeg).raw().toBuffer()));
  return a!.reduce((sum, value, i) => sum + Math.abs(value - b![i]!), 0) / a!.length;
}

Deno.test("pictures that come too fast are left out, so that what is dreamed is new", () =>
  withCamera(async (url) => {
    const client = await new CameraClient(url).open();
    await client.start();
    const count = 200;
    const picture = await bar(50);
    for (let i = 0; i < count; i++) {
      client.send(picture);
      await pause(2);
    }
    await until(() => client.told("frame").at(-1)?.frame === count - 1);
    const frames = client.told("frame");
    assert.ok(frames.length < count);
    const numbers = frames.map(({ frame }) => frame);
    assert.deepEqual(numbers, numbers.toSorted((a, b) => a - b));
    assert.equal(frames.at(-1)!.dropped, count - frames.length);
    // No backlog: the last frame takes no longer than the others.
    const delays = frames.map(({ milliseconds }) => milliseconds).toSorted((a, b) => a - b);
    assert.ok(frames.at(-1)!.milliseconds < 10 * delays[delays.length >> 1]!);
    await client.close();
  }));

Deno.test("changes act on the next picture and are answered with its number; wrong ones are refused", () =>
  withCamera(async (url) => {
    const client = await new CameraClient(url).open();
    await client.start();
    client.send(await bar(30));
    await client.hear("frame");
    client.say({ type: "change", id: 7, parameters: { blend: 0.9 } });
    client.say({ type: "change", id: "b", parameters: { blend: 9 } });
    client.say({ type: "change", parameters: { imageSize: 512 } });
    client.say({ type: "change", id: "c", parameters: { layers: ["mixed77"] } });
    await client.hear("refused", 2);
    client.send(await bar(40));
    const changed = await client.hear("changed");
    assert.deepEqual(changed, { type: "changed", id: 7, frame: 1, parameters: { blend: 0.9 } });
    const refused = client.told("refused").map(({ id, error }) => [id, error.code, error.field]);
    assert.deepEqual(refused, [
      ["b", "invalid_parameter", "blend"],
      [undefined, "invalid_parameter", "imageSize"],
      ["c", "invalid_parameter", "layers"],
    ]);
    await client.close();
  }));

Deno.test("a client that names no settings gets quick ones", () =>
  withCamera(async (url) => {
    const client = await new CameraClient(url).open();
    client.say({ type: "start", width: 320, height: 240 });
    const { parameters } = await client.hear("ready");
    assert.deepEqual([parameters.imageSize, parameters.flowSize, parameters.octaveIterations], [256, 128, 2]);
    await client.close();
  }));

Deno.test("garbage is refused and the session goes on", () =>
  withCamera(async (url) => {
    const client = await new CameraClient(url).open();
    client.send(await bar(30));
    client.say({ type: "change", parameters: {} });
    client.socket.send("no JSON");
    client.socket.send("null");
    client.say({ type: "dance" });
    client.say([1, 2]);
    client.say({ type: "start", width: 160, height: "120" });
    client.say({ type: "start", width: 160, height: 120, extra: 1 });
    await client.hear("refused", 7);
    assert.deepEqual(
      client.told("refused").map(({ error }) => error.code),
      ["conflict", "conflict", ...Array(6).fill("invalid_request")],
    );
    await client.start();
    client.say({ type: "start", width: 160, height: 120 });
    assert.equal((await client.hear("refused", 8)).error.code, "conflict");
    client.send(await bar(30));
    assert.equal((await client.hear("frame")).frame, 1);
    await client.close();
  }));

Deno.test("a start with settings that are not usable ends with an error that names the setting", () =>
  withCamera(async (url) => {
    for (
      const [start, code, field] of [
        [{ parameters: { blend: 7 } }, "invalid_parameter", "blend"],
        [{ parameters: { blemd: 0.5 } }, "invalid_parameter", "blemd"],
        [{ parameters: { model: "/etc/passwd" } }, "invalid_parameter", "model"],
        [{ parameters: { layers: ["mixed77"] } }, "invalid_parameter", "layers"],
        [{ preset: "none" }, "invalid_parameter", "preset"],
      ] as const
    ) {
      const client = await new CameraClient(url).open();
      client.say({ type: "start", width: 160, height: 120, ...start });
      const { error } = await client.hear("error");
      assert.deepEqual([error.code, error.field], [code, field]);
      assert.equal((await client.closed).code, 1008);
    }
  }));

Deno.test("pictures and messages that are too large, or no pictures, end the session with an error", () =>
  withCamera(async (url) => {
    const large = await sharp({ create: { width: 2000, height: 1100, channels: 3, background: "red" } })
      .jpeg()
      .toBuffer();
    const whole = await bar(40);
    const half = whole.slice(0, whole.length >> 1);
    for (
      const [picture, code] of [
        [new Uint8Array(large), "too_large"],
        [new Uint8Array(2 * 1024 * 1024 + 1), "too_large"],
        [new Uint8Array(1000), "invalid_request"],
        [half, "invalid_request"],
      ] as const
    ) {
      const client = await new CameraClient(url).open();
      await client.start();
      client.send(picture);
      assert.equal((await client.hear("error")).error.code, code);
      assert.equal((await client.closed).code, 1008);
    }
  }));

Deno.test("one client at a time; when it leaves, the next may come at once", () =>
  withCamera(async (url) => {
    const first = await new CameraClient(url).open();
    await first.start();
    const second = await new CameraClient(url).open();
    second.say({ type: "start", width: 160, height: 120, parameters: quickSettings });
    assert.equal((await second.hear("error")).error.code, "busy");
    assert.equal((await second.closed).code, 1013);
    first.send(await bar(40));
    await first.close();
    const third = await new CameraClient(url).open();
    await third.start();
    third.send(await bar(40));
    assert.equal((await third.hear("frame")).frame, 0);
    await third.close();
  }));

Deno.test("a silent client is sent away, but not while networks are loaded", () =>
  withCamera(async (url) => {
    const silent = await new CameraClient(url).open();
    assert.match((await silent.hear("error")).error.message, /nothing has come for 2 s/);
    await silent.closed;
    const client = await new CameraClient(url).open();
    await client.start();
    for (let i = 0; i < 4; i++) {
      await pause(700);
      client.send(await bar(40));
    }
    assert.equal(client.told("error").length, 0);
    await client.hear("error");
    await client.closed;
  }, { silence: 2000 }));

Deno.test("a rendering rests while the camera is dreamed, and goes on when its tab is closed", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await withCamera(async (url, renderer) => {
      const told = new Told();
      const rendering = renderer.render(quickJob(folder, { duration: 2.4 }), told);
      await until(() => told.frames.length > 0);
      const client = await new CameraClient(url).open();
      await client.start();
      assert.equal(renderer.held, true);
      const count = told.frames.length;
      client.send(await bar(40));
      await client.hear("frame");
      assert.equal(told.frames.length, count);
      await client.close();
      await until(() => !renderer.held);
      await rendering.finished;
      assert.ok(told.frames.length > count);
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("the server's end is told to the client", async () => {
  const closing = new AbortController();
  await withCamera(async (url) => {
    const client = await new CameraClient(url).open();
    await client.start();
    closing.abort();
    assert.equal((await client.closed).code, 1001);
  }, { signal: closing.signal });
});

Deno.test("a plain request is told that this is a WebSocket", () =>
  withCamera(async (url) => {
    const response = await fetch(url.replace("ws:", "http:"));
    assert.equal(response.status, 400);
    assert.match((await response.json()).error.message, /WebSocket/);
  }));
