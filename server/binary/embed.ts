/** Files that the binary includes and excludes. Paths are relative to the project's folder. */
import { basename, dirname, join, relative } from "node:path";

/** Entry modules of Workers, and files that are read rather than imported. */
export const included: readonly string[] = [
  "models/engine/worker.ts",
  "models/flow/dis_worker.ts",
  "server/rendering/worker.ts",
  "static",
];

/** Packages that only tests use. */
const testPackages = ["axe-core", "playwright-core"];

/**
 * Package folders that nothing reads at run time; `bintrees/test` is nested too deeply for the compiler's
 * parser.
 */
const unread = ["bintrees/test", "fluent-ffmpeg/coverage", "protobufjs/cli"];

/** Packages of which only one file is served. */
const served = new Map([["hls.js", "dist/hls.min.mjs"], ["tus-js-client", "dist/tus.min.js"]]);

/** A platform that a package has native code for, in Node's names. */
export interface Platform {
  os: string;
  arch: string;
}

/** Returns the current platform. */
export function thisPlatform(): Platform {
  const { os, arch } = Deno.build;
  return { os: os === "windows" ? "win32" : os, arch: arch === "x86_64" ? "x64" : "arm64" };
}

/**
 * Returns the paths in `node_modules` to exclude: test packages, native code for other platforms, and unused
 * files.
 */
export async function excluded(project: string, platform = thisPlatform()): Promise<string[]> {
  const store = join(project, "node_modules", ".deno");
  const paths = testPackages.map((name) => join(project, "node_modules", name));
  for await (const { name } of Deno.readDir(store)) {
    const packageName = name.replace(/@[^@]*$/, "").replace("+", "/");
    const folder = join(store, name, "node_modules", packageName);
    if (testPackages.includes(packageName) || isForeign(packageName, platform)) paths.push(folder);
    if (packageName === "onnxruntime-node") paths.push(...await foreignRuntimes(folder, platform));
    if (served.has(packageName)) paths.push(...await allBut(served.get(packageName)!, folder));
    for (const part of unread.filter((part) => part.startsWith(`${packageName}/`))) {
      paths.push(join(store, name, "node_modules", part));
    }
  }
  const there = await Promise.all(paths.map((path) => Deno.lstat(path).then(() => true, () => false)));
  return paths.filter((_, index) => there[index]).map((path) => relative(project, path)).sort();
}

/**
 * Returns onnxruntime-node's libraries for other platforms; it ships one for each, in `bin/napi-vN/OS/ARCH`.
 */
async function foreignRuntimes(folder: string, { os, arch }: Platform): Promise<string[]> {
  const binaries = join(folder, "bin");
  const foreign: string[] = [];
  for (const version of await names(binaries)) {
    for (const system of await names(join(binaries, version))) {
      const folder = join(binaries, version, system);
      if (system !== os) foreign.push(folder);
      else {foreign.push(
          ...(await names(folder)).filter((name) => name !== arch).map((name) => join(folder, name)),
        );}
    }
  }
  return foreign;
}

/** Returns everything in a folder except its package.json and one file. */
async function allBut(file: string, folder: string): Promise<string[]> {
  const [first, last] = [dirname(file), basename(file)];
  const beside = (await names(folder)).filter((name) => name !== first && name !== "package.json");
  const within = (await names(join(folder, first))).filter((name) => name !== last);
  return [...beside.map((name) => join(folder, name)), ...within.map((name) => join(folder, first, name))];
}

/** Whether a package is for another platform, judged by its name, as in `@img/sharp-linuxmusl-x64`. */
function isForeign(packageName: string, { os, arch }: Platform): boolean {
  const [, system, processor] = /-(linux|linuxmusl|darwin|win32)-(x64|arm64|ia32)$/.exec(packageName) ?? [];
  return system !== undefined && (system !== os || processor !== arch);
}

async function names(folder: string): Promise<string[]> {
  return (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name);
}
