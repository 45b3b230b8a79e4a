/**
 * Clients on a thread of their own that send a message the moment their WebSocket is open; what they are answered, or
 * "nothing", is sent to whoever started this Worker with a port.
 */
/// <reference lib="deno.worker" />

/** How long a client waits for its answer, in milliseconds. */
const timeoutMs = 5000;

function answerOf(port: number, client: number): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>();
  const socket = new WebSocket(`ws://127.0.0.1:${port}/`);
  const timer = setTimeout(() => resolve("nothing"), timeoutMs);
  socket.onopen = () => socket.send(`first of ${client}`);
  socket.onmessage = ({ data }) => resolve(data);
  return promise.finally(() => {
    clearTimeout(timer);
    socket.close();
  });
}

self.onmessage = async ({ data: port }: MessageEvent<number>) => {
  self.postMessage(await Promise.all(Array.from({ length: 50 }, (_, client) => answerOf(port, client))));
};
