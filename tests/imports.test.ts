/** Import rules: main -> server -> pipeline -> models, the page by itself, and no cycles. */
import assert from "node:assert/strict";
import { dirname, join, normalize, relative } from "node:path";

const project = join(import.meta.dirname!, "..");

/** From the lowest to the highest layer; a module imports from its own layer and from those below. */
const parts = ["models", "pipeline", "server", "main.ts"];

/** Every import statement (types included), dynamic import and JSDoc `@import` that names a file. */
const specifiers =
  /^(?:import|export|\}| \* @import|\/\*\* @import)(?:[^"\n]* from)? "(\.[^"]+)"|\bimport\("(\.[^"]+)"\)/gm;

/** The modules of the project by path, with the imports of each. */
async function modules(): Promise<Map<string, string[]>> {
  const found = new Map<string, string[]>();
  for await (const path of sources(project)) {
    const text = await Deno.readTextFile(path);
    const imported = Array.from(
      text.matchAll(specifiers),
      ([, still, dynamic]) => join(dirname(path), (still ?? dynamic)!),
    );
    found.set(relative(project, path), imported.map((target) => relative(project, normalize(target))));
  }
  return found;
}

async function* sources(folder: string): AsyncGenerator<string> {
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (name === "node_modules" || name.startsWith(".")) continue;
    const path = join(folder, name);
    if (isDirectory) yield* sources(path);
    else if (/\.(ts|js)$/.test(name)) yield path;
  }
}

const graph = await modules();
const imports = [...graph].flatMap(([from, targets]) => targets.map((to) => ({ from, to })));
const partOf = (path: string) => path.split("/")[0]!;

Deno.test("imports point to files that are there", () => {
  assert.ok(imports.length > 1000);
  assert.deepEqual(imports.filter(({ to }) => !graph.has(to) && !to.endsWith(".json")), []);
});

Deno.test("no import runs upward from models to pipeline, server and main.ts, nor into the tests", () => {
  const rank = (path: string) => parts.indexOf(partOf(path));
  const upward = imports.filter(({ from, to }) =>
    rank(from) >= 0 && (rank(to) > rank(from) || partOf(to) === "tests")
  );
  assert.deepEqual(upward, []);
});

Deno.test("the page takes nothing from the rest but the types of what the server tells, and the rest nothing from it", async () => {
  const crossing = imports.filter(({ from, to }) =>
    partOf(from) !== "tests" && (partOf(from) === "static") !== (partOf(to) === "static")
  );
  assert.deepEqual(new Set(crossing.map(({ from }) => from)), new Set(["static/app/types.ts"]));
  assert.doesNotMatch(
    await Deno.readTextFile(join(project, "static/app/types.ts")),
    /^(import|export) (?!type|interface)/m,
  );
});

Deno.test("nobody imports in a circle, not even types", () => {
  assert.deepEqual(circle(graph), []);
});

/** The paths along a cycle, from a module back to itself; empty if there is none. */
function circle(graph: Map<string, string[]>): string[] {
  const done = new Set<string>();
  const walk = (path: string, way: string[]): string[] => {
    if (way.includes(path)) return [...way.slice(way.indexOf(path)), path];
    if (done.has(path)) return [];
    for (const target of graph.get(path) ?? []) {
      const found = walk(target, [...way, path]);
      if (found.length > 0) return found;
    }
    done.add(path);
    return [];
  };
  for (const path of graph.keys()) {
    const found = walk(path, []);
    if (found.length > 0) return found;
  }
  return [];
}
