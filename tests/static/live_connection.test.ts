import assert from "node:assert/strict";
import type { ConnectionState } from "../../static/app/live_connection.js";

/** The browser functions that the module uses. */
const page = Object.assign(new EventTarget(), { hidden: false });
Object.assign(globalThis, { document: page });
const { LiveConnection } = await import("../../static/app/live_connection.js");

/** A server whose sockets are controlled by the test. */
class Sockets {
  readonly open: WebSocket[] = [];
  readonly #server;
  #arrived = Promise.withResolvers<WebSocket>();
  refusing = false;

  constructor() {
    this.#server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, (request) => {
      if (this.refusing) return new Response(null, { status: 404 });
      const { socket, response } = Deno.upgradeWebSocket(request);
      socket.onopen = () => {
        this.open.push(socket);
        this.#arrived.resolve(socket);
        this.#arrived = Promise.withResolvers();
      };
      return response;
    });
  }

  get address() {
    return `ws://127.0.0.1:${this.#server.addr.port}/`;
  }

  /** The next socket to be opened. */
  next() {
    return this.#arrived.promise;
  }

  async [Symbol.asyncDispose]() {
    for (const socket of this.open) if (socket.readyState < WebSocket.CLOSING) socket.close();
    await Promise.all(this.open.map(closed));
    await this.#server.shutdown();
  }
}

function closed(socket: WebSocket): Promise<void> {
  if (socket.readyState === WebSocket.CLOSED) return Promise.resolve();
  return new Promise((resolve) => socket.addEventListener("close", () => resolve()));
}

/** A connection that records its states, messages and pictures. */
function connect(address: string, worthwhile?: () => Promise<boolean>) {
  const states: ConnectionState[] = [];
  const heard: unknown[] = [];
  const listeners = new Set<() => void>();
  const notice = () => listeners.forEach((listener) => listener());
  const connection = new LiveConnection(address, {
    onMessage: (message) => (heard.push(message), notice()),
    onPicture: (picture) => (heard.push(picture), notice()),
    onState: (state) => (states.push(state), notice()),
    ...(worthwhile && { worthwhile }),
  });
  const until = (holds: () => boolean) =>
    new Promise<void>((resolve) => {
      const look = () => {
        if (!holds()) return;
        listeners.delete(look);
        resolve();
      };
      listeners.add(look);
      look();
    });
  return { connection, states, heard, until };
}

Deno.test("messages and pictures are told in their order", async () => {
  await using sockets = new Sockets();
  const arrived = sockets.next();
  const { connection, heard, until } = connect(sockets.address);
  const socket = await arrived;
  socket.send(JSON.stringify({ type: "frame", index: 3 }));
  socket.send(new Uint8Array([255, 216]));
  await until(() => heard.length === 2);
  assert.deepEqual(heard[0], { type: "frame", index: 3 });
  assert.deepEqual(await (heard[1] as Blob).bytes(), new Uint8Array([255, 216]));
  connection.close();
  await closed(socket);
});

Deno.test("a connection that was lost comes back, and says so", async () => {
  await using sockets = new Sockets();
  const arrived = sockets.next();
  const { connection, states, heard, until } = connect(sockets.address);
  const first = await arrived;
  const again = sockets.next();
  first.close();
  const second = await again;
  second.send(`"here again"`);
  await until(() => heard.length === 1);
  assert.deepEqual(states, ["open", "lost", "open"]);
  connection.close();
  await closed(second);
});

Deno.test("the network's return is not waited for", async () => {
  await using sockets = new Sockets();
  sockets.refusing = true;
  const { connection, states, until } = connect(sockets.address, () => new Promise(() => {}));
  await until(() => states.at(-1) === "lost");
  sockets.refusing = false;
  const arrived = sockets.next();
  dispatchEvent(new Event("online"));
  const socket = await arrived;
  await until(() => states.at(-1) === "open");
  connection.close();
  await closed(socket);
});

Deno.test("what is gone is not asked for again", async () => {
  await using sockets = new Sockets();
  sockets.refusing = true;
  const { states, until } = connect(sockets.address, () => Promise.resolve(false));
  await until(() => states.at(-1) === "over");
  assert.deepEqual(states, ["lost", "over"]);
  assert.equal(sockets.open.length, 0);
});

Deno.test("nothing is sent while nobody is there", async () => {
  await using sockets = new Sockets();
  const arrived = sockets.next();
  const { connection, until, states } = connect(sockets.address);
  assert.equal(connection.send({ type: "change" }), false);
  const socket = await arrived;
  await until(() => states.at(-1) === "open");
  const message = new Promise((resolve) => socket.onmessage = ({ data }) => resolve(data));
  assert.equal(connection.send({ type: "change" }), true);
  assert.equal(await message, `{"type":"change"}`);
  connection.close();
  assert.equal(connection.send({ type: "change" }), false);
  await closed(socket);
});
