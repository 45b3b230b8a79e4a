import assert from "node:assert/strict";
import { json, sample } from "../server/helpers.ts";
import { runDeno } from "../run_deno.ts";
import { withOneMore, withServerOfOneMore } from "./with_one_more.ts";

Deno.test("a setting that is added to the table has a flag with help, a range and an alias", () =>
  withOneMore(async (args) => {
    const help = await runDeno([...args, "dream", "--help"]);
    assert.match(
      help.stdout.replace(/\s+/g, " "),
      /Weather: --fog-depth N how far one sees \[2 to 90 metres; default 7\]/,
    );
    for (const flag of ["--fog-depth", "-fog"]) {
      const { code, stderr } = await runDeno([...args, "dream", "in.mp4", "out.mp4", flag, "91"]);
      assert.equal(code, 2);
      assert.match(stderr, /--fog-depth must be a whole number from 2 to 90, not "91"/);
    }
  }));

Deno.test("a setting that is added to the table is taken, checked and described by the API", () =>
  withServerOfOneMore(async (url) => {
    const { parameters, defaults } = await json(await fetch(`${url}/api/settings`));
    const { label, unit, description, allowed, slider, live, group } = parameters.at(-1);
    assert.deepEqual([label, unit, description, live, group], [
      "Depth of the fog",
      "metres",
      "how far one sees",
      true,
      "Weather",
    ]);
    assert.deepEqual([allowed, slider], ["a whole number from 2 to 90", { low: 5, high: 60, step: 5 }]);
    assert.equal(defaults.fogDepth, 7);

    const { components } = await json(await fetch(`${url}/openapi.json`));
    const schema = { type: "integer", minimum: 2, maximum: 90, default: 7 };
    const known = { ...schema, description: "how far one sees [metres]" };
    for (const name of ["Parameters", "SomeParameters", "Wish", "Upload"]) {
      assert.deepEqual(components.schemas[name].properties.fogDepth, known, name);
    }
    assert.deepEqual(components.parameters.fogDepth.schema, schema);

    const put = async (query: string, status: number) => {
      const body = await Deno.readFile(sample);
      return await json(await fetch(`${url}/api/dreams?${query}`, { method: "PUT", body }), status);
    };
    const { error } = await put("fogDepth=91", 400);
    assert.equal(error.field, "fogDepth");
    assert.equal(error.message, 'fogDepth must be a whole number from 2 to 90, not "91"');
    // The first dream is slow, so that the second waits.
    const slow = await put("fogDepth=9&imageSize=512&octaveIterations=50", 201);
    const waiting = await put("fogDepth=9", 201);
    assert.equal(waiting.parameters.fogDepth, 9);
    const change = (body: unknown) => ({ method: "PATCH", body: JSON.stringify(body) });
    const dream = `${url}/api/dreams/${waiting.id}`;
    await json(await fetch(dream, change({ fogDepth: "deep" })), 400);
    assert.deepEqual(await json(await fetch(dream, change({ fogDepth: 12 }))), {
      frame: null,
      parameters: { fogDepth: 12 },
    });
    assert.equal((await json(await fetch(dream))).parameters.fogDepth, 12);
    for (const { id } of [waiting, slow]) {
      await (await fetch(`${url}/api/dreams/${id}`, { method: "DELETE" })).body?.cancel();
    }
  }));
