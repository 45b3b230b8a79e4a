import assert from "node:assert/strict";
import { descriptorRoom, parseOpenFilesLimit } from "../../../server/http/listener/capacity.ts";
import { Connections } from "../../../server/http/listener/connections.ts";

/** Bounds of the tests: four connections, three from one address. */
const bounds = { most: 4, mostPerAddress: 3, proxies: new Set(["proxy"]) };

class FakeSocket {
  bytesRead = 0;
  closed = false;
  destroy(): void {
    this.closed = true;
  }
}

Deno.test("The connection that has been silent for longest without a request makes room", () => {
  const connections = new Connections(bounds);
  const [first, second, third, fourth] = [1, 2, 3, 4].map(() => new FakeSocket()) as [
    FakeSocket,
    FakeSocket,
    FakeSocket,
    FakeSocket,
  ];
  connections.add(first, "a", 0);
  connections.add(second, "a", 0);
  connections.add(third, "a", 1000);
  // The first one sends the head of its request, byte by byte.
  first.bytesRead = 1;
  connections.sweep(1500);
  assert.equal(connections.add(fourth, "a", 2000).spare, false);
  assert.deepEqual([first, second, third].map(({ closed }) => closed), [false, true, false]);
  assert.equal(connections.size, 3);
});

Deno.test("A server full of requests takes spare connections, a bounded number of them", () => {
  const connections = new Connections(bounds);
  for (const address of ["a", "a", "a", "b"]) {
    const connection = connections.add(new FakeSocket(), address, 0);
    connection.begin();
    connection.complete();
  }
  const spare = Array.from({ length: 40 }, () => new FakeSocket());
  for (const socket of spare) assert.equal(connections.add(socket, "c", 60_000).spare, true);
  assert.equal(spare.filter(({ closed }) => !closed).length, 16);
});

Deno.test("One address cannot take all connections, a proxy can", () => {
  const taken = (address: string) => {
    const connections = new Connections(bounds);
    return [1, 2, 3, 4].map(() => {
      const connection = connections.add(new FakeSocket(), address, 0);
      connection.begin();
      connection.complete();
      return !connection.spare;
    });
  };
  assert.deepEqual(taken("a"), [true, true, true, false]);
  assert.deepEqual(taken("proxy"), [true, true, true, true]);
});

Deno.test("A connection without a request is closed after a while, one that is answered never", () => {
  const connections = new Connections(bounds);
  const idle = new FakeSocket(), busy = new FakeSocket();
  connections.add(idle, "a", 0);
  const answered = connections.add(busy, "a", 0);
  answered.begin();
  answered.complete();
  connections.sweep(60_000);
  assert.equal(idle.closed, false);
  connections.sweep(80_000);
  assert.deepEqual([idle.closed, busy.closed], [true, false]);
  answered.finish(90_000);
  connections.sweep(100_000);
  assert.equal(busy.closed, false);
  connections.sweep(170_000);
  assert.equal(busy.closed, true);
});

Deno.test("Connections stay below the limit on open files", () => {
  const limits =
    "Limit  Soft Limit  Hard Limit  Units\nMax open files            600          4096         files\n";
  assert.equal(parseOpenFilesLimit(limits), 600);
  assert.equal(parseOpenFilesLimit("Max open files            unlimited   unlimited   files\n"), undefined);
  assert.equal(descriptorRoom(600), 236);
  assert.equal(descriptorRoom(64), 8);
});
