/** Python with PyTorch, which the training of networks needs and nothing else does. */
import { type Need, need } from "../../needs.ts";

const decoder = new TextDecoder();

/** Threads are few so that results do not depend on how many there are. */
const env = {
  OMP_NUM_THREADS: "1",
  PYTHONDONTWRITEBYTECODE: "1",
  PYTHONPATH: folder("../../../models/training/"),
};

function folder(path: string): string {
  return decodeURIComponent(new URL(path, import.meta.url).pathname);
}

/** The script of that name beside this file. */
export function scriptPath(name: string): string {
  return folder(name);
}

/** The program of that name in `models/training`. */
export function programPath(name: string): string {
  return folder(`../../../models/training/${name}`);
}

/** A Python with PyTorch, NumPy and Pillow; `path` is empty where there is none. */
export interface Python extends Need {
  path: string;
}

/** The first python3 that has PyTorch, NumPy and Pillow. */
export async function findPython(): Promise<Python> {
  const path = await search();
  return {
    path: path ?? "",
    ...need(path !== undefined, "there is no python3 with torch, numpy and PIL here"),
  };
}

async function search(): Promise<string | undefined> {
  for (const candidate of ["python3", "/usr/bin/python3", "python"]) {
    try {
      const command = new Deno.Command(candidate, {
        args: ["-c", "import torch, numpy, PIL"],
        stderr: "null",
      });
      if ((await command.output()).success) return candidate;
    } catch (cause) {
      if (!(cause instanceof Deno.errors.NotFound)) throw cause;
    }
  }
  return undefined;
}

/** Whether Python would find a module. */
export async function hasModule({ path, unmet }: Python, name: string): Promise<boolean> {
  if (unmet !== undefined) return false;
  const code = `import importlib.util, sys; sys.exit(importlib.util.find_spec("${name}") is None)`;
  return (await new Deno.Command(path, { args: ["-c", code] }).output()).success;
}

/** A Python process of which the standard output can be read while it runs. */
export function start(python: string, args: string[]): Deno.ChildProcess {
  return new Deno.Command(python, { args, env, stdout: "piped", stderr: "inherit" }).spawn();
}

/** What a Python script prints, as text. Throws an Error with its messages when it fails. */
export async function run(python: string, args: string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(python, { args, env }).output();
  if (!success) throw new Error(`${args.join(" ")}: ${decoder.decode(stderr)}`);
  return decoder.decode(stdout);
}
