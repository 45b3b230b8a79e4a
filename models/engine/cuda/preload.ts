/**
 * Makes onnxruntime find its CUDA provider in the cache folder. onnxruntime looks for the provider next to the path
 * that it was opened with. This module therefore opens it first, through a link next to the provider; npm's binding
 * asks for `libonnxruntime.so.1` and gets the library that is already open. Nothing is written to node_modules.
 *
 * Import this module before onnxruntime-node. It is synchronous, because a module that awaits could be evaluated later.
 */
import { readlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { isCudaPlatform, isProviderHere, providerFolder, runtimeVersion } from "./files.ts";

/** onnxruntime, opened next to its CUDA provider. Close it after the import; undefined without a provider. */
export const preloaded: Disposable | undefined = openBesideProvider();

function openBesideProvider(): Disposable | undefined {
  if (!isCudaPlatform() || !isProviderHere()) return undefined;
  try {
    const library = npmLibrary();
    if (!library) return undefined;
    const opened = Deno.dlopen(linkTo(library), {});
    return { [Symbol.dispose]: () => opened.close() };
  } catch {
    // onnxruntime then runs without CUDA, and reports that if CUDA is requested.
    return undefined;
  }
}

/** The library of the npm package, if its version is the one that the provider was built for. */
function npmLibrary(): string | undefined {
  const main = fileURLToPath(import.meta.resolve("onnxruntime-node"));
  const folder = join(dirname(main), "..");
  const { version } = JSON.parse(Deno.readTextFileSync(join(folder, "package.json")));
  if (version !== runtimeVersion) return undefined;
  return Deno.realPathSync(join(folder, "bin", "napi-v6", "linux", "x64", "libonnxruntime.so.1"));
}

/** A link next to the provider. It is replaced atomically if its target differs: another copy may be using it. */
function linkTo(library: string): string {
  const link = join(providerFolder(), "libonnxruntime.so.1");
  if (target(link) === library) return link;
  const made = `${link}.${crypto.randomUUID()}`;
  Deno.symlinkSync(library, made);
  Deno.renameSync(made, link);
  return link;
}

function target(link: string): string | undefined {
  try {
    return readlinkSync(link);
  } catch {
    return undefined;
  }
}
