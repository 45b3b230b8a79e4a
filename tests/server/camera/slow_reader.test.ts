import assert from "node:assert/strict";
import sharp from "sharp";
import { PictureSender } from "../../../server/camera/picture_sender.ts";
import type { FrameMessage } from "../../../server/camera/protocol.ts";
import type { Renderer } from "../../../server/rendering/renderer.ts";
import { until } from "../rendering/jobs.ts";
import { bar, CameraClient, quickSettings, withCamera } from "./camera_client.ts";
import { SlowClient } from "./slow_client.ts";

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** A picture that JPEG cannot compress well: about 1.3 MB. */
async function noise(): Promise<Uint8Array> {
  const { width, height } = { width: 1920, height: 1080 };
  const data = new Uint8Array(width * height * 3);
  for (let i = 0; i < data.length; i += 60_000) crypto.getRandomValues(data.subarray(i, i + 60_000));
  return await sharp(data, { raw: { width, height, channels: 3 } }).jpeg({ quality: 40 }).toBuffer();
}

/** Counts the frames that a renderer's camera sessions report. */
function counted(renderer: Renderer): { frames: number[] } {
  const counts: { frames: number[] } = { frames: [] };
  const open = renderer.camera.bind(renderer);
  renderer.camera = (parameters, size, hooks) =>
    open(parameters, size, {
      start: (info) => hooks.start(info),
      frame: (frame) => {
        counts.frames.push(frame.frame);
        hooks.frame(frame);
      },
    });
  return counts;
}

Deno.test("a client that does not read gets the newest picture when it does, not all of them", () =>
  withCamera(async (url, renderer) => {
    const told = counted(renderer);
    const client = await SlowClient.connect(url);
    const start = { type: "start", width: 1920, height: 1080, parameters: quickSettings };
    await client.send(JSON.stringify(start));
    assert.match(await client.read() as string, /"ready"/);
    const picture = await noise();
    let sent = 0;
    // The system's own buffers hold some megabytes.
    while (told.frames.length < 24) {
      await client.send(picture);
      sent++;
      await pause(60);
    }
    await client.send(JSON.stringify({ type: "change", parameters: { blend: 4 } }));
    await until(() => told.frames.at(-1) === sent - 1);

    const messages: FrameMessage[] = [];
    while (messages.at(-1)?.frame !== sent - 1) {
      const message = await client.read();
      if (typeof message === "string" && message.includes('"frame"')) messages.push(JSON.parse(message));
    }
    assert.ok(messages.length < told.frames.length, `${messages.length} of ${told.frames.length}`);
    assert.equal(messages.at(-1)!.dropped, sent - messages.length);
    client.close();
  }));

Deno.test("a client that vanishes leaves the camera to the next", () =>
  withCamera(async (url) => {
    const client = await SlowClient.connect(url);
    const start = { type: "start", width: 160, height: 120, parameters: quickSettings };
    await client.send(JSON.stringify(start));
    assert.match(await client.read() as string, /"ready"/);
    await client.send(await bar(40));
    client.close();
    // The system decides when the server notices.
    const end = performance.now() + 60_000;
    for (let ready = false; !ready;) {
      assert.ok(performance.now() < end, "the camera is still taken");
      const next = await new CameraClient(url).open();
      next.say(start);
      await until(() => next.messages.some(({ type }) => type === "ready" || type === "error"));
      ready = next.told("ready").length > 0;
      await next.close();
    }
  }));

Deno.test("PictureSender waits for room and then sends the newest, with the count of all that were dropped", async () => {
  const sent: unknown[] = [];
  const socket = {
    readyState: WebSocket.OPEN,
    bufferedAmount: 0,
    send: (data: unknown) => sent.push(typeof data === "string" ? JSON.parse(data) : data),
  } as unknown as WebSocket & { bufferedAmount: number };
  const sender = new PictureSender(socket);
  const message = { type: "frame", milliseconds: 1, fps: 1, loss: 1, motion: 0, visible: 1 } as const;
  const jpeg = new Uint8Array(100);
  sender.send({ ...message, frame: 0 }, jpeg, 0);
  assert.equal(sent.length, 2);
  Object.assign(socket, { bufferedAmount: 300 });
  sender.send({ ...message, frame: 4 }, jpeg, 3);
  sender.send({ ...message, frame: 6 }, jpeg, 4);
  await pause(50);
  assert.equal(sent.length, 2);
  Object.assign(socket, { bufferedAmount: 0 });
  await pause(50);
  assert.equal(sent.length, 4);
  assert.deepEqual(sent[2], { ...message, frame: 6, dropped: 5 });
  sender.close();
});
