/** Python with PyTorch, which only the training of networks needs. */
import type { Need } from "../../needs.ts";

const decoder = new TextDecoder();

/** Few threads, so that results do not depend on their number. */
const env = {
  OMP_NUM_THREADS: "1",
  PYTHONDONTWRITEBYTECODE: "1",
  PYTHONPATH: folder("../../../models/training/"),
};

function folder(path: string): string {
  return decodeURIComponent(new URL(path, import.meta.url).pathname);
}

/** Path of a script beside this file. */
export function scriptPath(name: string): string {
  return folder(name);
}

/** Path of a program in `models/training`. */
export function programPath(name: string): string {
  return folder(`../../../models/training/${name}`);
}

/** A Python with PyTorch, NumPy and Pillow; `path` is empty if there is none. */
export interface Python extends Need {
  path: string;
}

/** The first python3 that has PyTorch, NumPy and Pillow. */
export async function findPython(): Promise<Python> {
  for (const path of ["python3", "/usr/bin/python3", "python"]) {
    if (await hasModules(path, "torch", "numpy", "PIL")) return { path, unmet: undefined };
  }
  return { path: "", unmet: "there is no python3 with torch, numpy and PIL here" };
}

/** Whether a Python finds the modules; importing PyTorch would take seconds. */
export async function hasModules(python: string, ...names: string[]): Promise<boolean> {
  const code =
    "import sys; from importlib.util import find_spec; sys.exit(not all(map(find_spec, sys.argv[1:])))";
  try {
    return (await new Deno.Command(python, { args: ["-c", code, ...names], stderr: "null" }).output())
      .success;
  } catch (cause) {
    if (cause instanceof Deno.errors.NotFound) return false;
    throw cause;
  }
}

/** A Python process whose standard output can be read while it runs. */
export function start(python: string, args: string[]): Deno.ChildProcess {
  return new Deno.Command(python, { args, env, stdout: "piped", stderr: "inherit" }).spawn();
}

/**
 * The output of a Python script, as text.
 *
 * @throws {Error} with the script's messages, if it fails
 */
export async function run(python: string, args: string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(python, { args, env }).output();
  if (!success) throw new Error(`${args.join(" ")}: ${decoder.decode(stderr)}`);
  return decoder.decode(stdout);
}
