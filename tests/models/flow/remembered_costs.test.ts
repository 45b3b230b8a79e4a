import assert from "node:assert/strict";
import { join } from "node:path";
import { type FlowCosts, rememberedCosts } from "../../../models/flow/remembered_costs.ts";
import { withEmptyCache, withEnvironment } from "../../environment.ts";

/** Measures 1, 2, 3 … and counts the calls. */
function counter(): { count: number; measure: () => Promise<FlowCosts> } {
  const made = { count: 0, measure: () => Promise.resolve({ pair: ++made.count, frame: 10 }) };
  return made;
}

Deno.test("costs are measured once for each key", () =>
  withEmptyCache(async () => {
    const { measure } = counter();
    assert.equal((await rememberedCosts(["a", 1], measure)).pair, 1);
    assert.equal((await rememberedCosts(["a", 1], measure)).pair, 1);
    assert.equal((await rememberedCosts(["a", 2], measure)).pair, 2);
    const unknown = () => Promise.resolve({ pair: null, frame: 3 });
    assert.deepEqual(await rememberedCosts("slow", unknown), { pair: null, frame: 3 });
    assert.deepEqual(await rememberedCosts("slow", measure), { pair: null, frame: 3 });
  }));

Deno.test("what was kept and is not readable is measured again", () =>
  withEmptyCache(async (folder) => {
    const { measure } = counter();
    await rememberedCosts("a", measure);
    const [{ name }] = [...Deno.readDirSync(join(folder, "flow_costs"))] as [Deno.DirEntry];
    for (const text of ["", "{}", '{"pair":"x","frame":1}']) {
      await Deno.writeTextFile(join(folder, "flow_costs", name), text);
      assert.ok((await rememberedCosts("a", measure)).pair! > 1);
    }
  }));

Deno.test("without a cache folder costs are measured each time", () =>
  withEnvironment({ REVERIE_CACHE: "/dev/null/none" }, async () => {
    const { measure } = counter();
    assert.equal((await rememberedCosts("a", measure)).pair, 1);
    assert.equal((await rememberedCosts("a", measure)).pair, 2);
  }));
