/** A server that dreams in a given data folder, prints the ids and is then killed. */
import { pino } from "pino";
import { parseParameters } from "../../../pipeline/settings/parameters.ts";
import { Dreams } from "../../../server/dreams/dreams.ts";
import { defaultLimits } from "../../../server/options.ts";
import { facts, RememberingHub } from "./harness.ts";
import { SteppedRenderer } from "./stepped_renderer.ts";

const data = Deno.args[0]!;
const renderer = new SteppedRenderer();
const dreams = await Dreams.open({
  ...{ data, renderer, hub: new RememberingHub(), limits: defaultLimits, log: pino({ level: "silent" }) },
});
const ids: string[] = [];
for (const name of ["first", "second"]) {
  const file = `${data}/${name}`;
  await Deno.writeTextFile(file, name);
  ids.push((await dreams.create({ file, name, facts, given: {}, parameters: parseParameters({}) })).id);
}
renderer.last.frame();
const change = dreams.change(ids[0]!, { blend: 0.5 });
renderer.last.frame();
await change;
await Deno.stdout.write(new TextEncoder().encode(JSON.stringify(ids)));
Deno.kill(Deno.pid, "SIGKILL");
