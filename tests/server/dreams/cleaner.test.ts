import assert from "node:assert/strict";
import { pino } from "pino";
import { Cleaner } from "../../../server/dreams/cleaner.ts";
import { eventually } from "./harness.ts";

Deno.test("a dream that ends while the cleaner does is looked at, too", async () => {
  for (let turns = 0; turns < 30; turns++) {
    let looks = 0;
    const cleaner = new Cleaner({
      ended: () => (looks++, []),
      folders: () => [],
      remove: async () => {},
      keepDays: 1,
      log: pino({ level: "silent" }),
    });
    cleaner.start();
    for (let i = 0; i < turns; i++) await Promise.resolve();
    const before = looks;
    cleaner.start();
    await eventually(() => looks > before, 10);
    await cleaner.close();
  }
});

Deno.test("a dream that cannot be removed does not keep the cleaner from looking again", async () => {
  let looks = 0;
  const cleaner = new Cleaner({
    ended: () => [{ id: "one", finished: "2000-01-01T00:00:00Z" }].slice(looks++),
    folders: () => [],
    remove: async () => {
      await Promise.resolve();
      cleaner.start();
      throw new Error("it is held");
    },
    keepDays: 1,
    log: pino({ level: "silent" }),
  });
  cleaner.start();
  await new Promise((resolve) => setTimeout(resolve));
  assert.equal(looks, 2);
  await cleaner.close();
});
