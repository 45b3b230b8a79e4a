import assert from "node:assert/strict";
import { Hono } from "hono";
import { clientOf } from "../../../server/security/client_address.ts";
import { Tries } from "../../../server/security/tries.ts";
import { standingClock } from "../../standing_clock.ts";

Deno.test("Tries gives a burst, and then one try after the other", () => {
  using clock = standingClock();
  const tries = new Tries({ burst: 3, seconds: 10 });
  assert.deepEqual([1, 2, 3].map(() => tries.take("a")), [0, 0, 0]);
  assert.equal(tries.take("a"), 10);
  clock.pass(9.999);
  assert.ok(tries.take("a") > 0);
  clock.pass(0.001);
  assert.equal(tries.take("a"), 0);
  assert.equal(tries.take("a"), 10);
});

Deno.test("Tries counts every client by itself, and forgives", () => {
  const tries = new Tries({ burst: 1, seconds: 100 });
  assert.equal(tries.take("a"), 0);
  assert.equal(tries.take("b"), 0);
  assert.ok(tries.take("a") > 99);
  tries.forgive("a");
  assert.equal(tries.take("a"), 0);
});

Deno.test("Tries remembers a bounded number of clients, the latest ones", () => {
  const tries = new Tries({ burst: 2, seconds: 100, clients: 2 });
  for (const client of ["a", "a", "b", "b", "c"]) assert.equal(tries.take(client), 0);
  assert.ok(tries.take("b") > 0, "b was forgotten");
  assert.equal(tries.take("a"), 0, "a is still known");
});

Deno.test("clientOf() takes a network of IPv6 for one client", async () => {
  const app = new Hono().get("/", (c) => c.text(clientOf(c)));
  const client = async (hostname: string) => {
    return await (await app.request("/", {}, { remoteAddr: { hostname, port: 1, transport: "tcp" } })).text();
  };
  assert.equal(await client("192.0.2.1"), "192.0.2.1");
  assert.equal(await client("::ffff:192.0.2.1"), "192.0.2.1");
  assert.equal(await client("2001:db8::1"), await client("2001:db8::2:3:4:5"));
  assert.notEqual(await client("2001:db8::1"), await client("2001:db8:0:1::1"));
  assert.equal(await (await app.request("/")).text(), "unknown");
});
