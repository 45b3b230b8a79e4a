import assert from "node:assert/strict";
import { parseParameters } from "../../../pipeline/settings/parameters.ts";
import { LiveSettings } from "../../../server/rendering/live_settings.ts";

const start = parseParameters({ blend: 0.1 });

Deno.test("recorded changes hold from their frames on, new ones from the next", () => {
  const applied: number[][] = [];
  const recorded = [{ frame: 2, parameters: { blend: 0.2 } }, { frame: 2, parameters: { jitter: 7 } }];
  const settings = new LiveSettings(start, recorded, (number, frame) => applied.push([number, frame]));
  assert.deepEqual([settings.at(0).blend, settings.at(1).blend], [0.1, 0.1]);
  assert.deepEqual([settings.at(2).blend, settings.at(2).jitter], [0.2, 7]);
  settings.change(1, { blend: 0.5 });
  settings.change(2, { blend: 0.6 });
  assert.deepEqual(applied, []);
  assert.equal(settings.next.blend, 0.6);
  assert.equal(settings.at(3).blend, 0.6);
  assert.deepEqual(applied, [[1, 3], [2, 3]]);
  assert.equal(settings.at(4).jitter, 7);
});

Deno.test("a new change outlives recorded ones of the same settings that were still to come", () => {
  const recorded = [{ frame: 5, parameters: { blend: 0.2, jitter: 7 } }];
  const settings = new LiveSettings(start, recorded);
  settings.change(1, { blend: 0.5 });
  assert.equal(settings.at(3).blend, 0.5);
  assert.deepEqual([settings.at(5).blend, settings.at(5).jitter], [0.5, 7]);
  assert.deepEqual(recorded, [{ frame: 5, parameters: { blend: 0.2, jitter: 7 } }]);
});
