/**
 * Makes onnxruntime find its CUDA provider in the cache folder. It looks for the provider beside itself, by the path
 * it was opened under: so it is opened here first, under a link beside the provider, and npm's binding, which asks for
 * `libonnxruntime.so.1`, gets what is open already. Nothing is written to node_modules.
 *
 * To be imported before onnxruntime-node. All of it is synchronous: a module that awaits would be overtaken.
 */
import { readlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { isCudaPlatform, isProviderHere, providerFolder, runtimeVersion } from "./files.ts";

/** onnxruntime opened beside its CUDA provider, to be closed when it has been imported; undefined without one. */
export const preloaded: Disposable | undefined = openBesideProvider();

function openBesideProvider(): Disposable | undefined {
  if (!isCudaPlatform() || !isProviderHere()) return undefined;
  try {
    const library = npmLibrary();
    if (!library) return undefined;
    const opened = Deno.dlopen(linkTo(library), {});
    return { [Symbol.dispose]: () => opened.close() };
  } catch {
    // It then runs without CUDA, and says so where CUDA is asked for.
    return undefined;
  }
}

/** The library that npm's package brings, where it is of the version that the provider was made for. */
function npmLibrary(): string | undefined {
  const main = fileURLToPath(import.meta.resolve("onnxruntime-node"));
  const folder = join(dirname(main), "..");
  const { version } = JSON.parse(Deno.readTextFileSync(join(folder, "package.json")));
  if (version !== runtimeVersion) return undefined;
  return Deno.realPathSync(join(folder, "bin", "napi-v6", "linux", "x64", "libonnxruntime.so.1"));
}

/** A link beside the provider; replaced at once where it leads elsewhere, as another copy of the program may use it. */
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
