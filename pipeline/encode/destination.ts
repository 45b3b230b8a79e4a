import { basename, dirname, resolve } from "node:path";
import { line } from "../../models/line.ts";
import { systemCode } from "../../models/system_error.ts";
import type { SourceInfo } from "../ffmpeg/probe.ts";
import { cannotWrite, unusable } from "../output/obstacles.ts";
import { checkReplaceable } from "../output/replaceable.ts";
import { isSameFile, statusOf } from "../output/same_file.ts";
import { containerOf } from "./container.ts";

/**
 * The name of an output until it is complete, and if it never is: `dream.partial.mp4` for `dream.mp4`, or
 * `dream.partial.2.mp4` if the first one is taken, and so on.
 */
export function partialPath(path: string, number = 1): string {
  const dot = path.lastIndexOf(".");
  return `${path.slice(0, dot)}.partial${number === 1 ? "" : `.${number}`}${path.slice(dot)}`;
}

/**
 * Checks an output before any work is done for it: its extension is known, it is of the source's kind but not
 * the source itself, its folder exists, and it can get its name in the end.
 *
 * @param growing whether the output may be a video of a picture's passes
 * @throws {ReverieError} with one line that says what to do
 */
export async function checkOutput(
  path: string,
  source?: SourceInfo,
  { growing = false }: { growing?: boolean } = {},
): Promise<void> {
  const { kind } = containerOf(path);
  if (source && source.kind !== kind && !(growing && kind === "video")) {
    const [is, isNot, endings] = kind === "video"
      ? ["picture", "video", ".png or .jpg"]
      : ["video", "picture", ".mp4, .mkv, .webm or .gif"];
    throw unusable(line`${{ path: source.path }} is a ${is}, not a ${isNot}`, [
      line`give an output that ends in ${endings} instead of ${{ path }}`,
      ...kind === "video" ? [line`see its passes, by ${{ field: "iterations" }} of 2 or more`] : [],
    ]);
  }
  if (path.includes("\ufffd")) {
    throw unusable(line`${{ path }} is not a name in UTF-8`, ["give another name for the output"]);
  }
  const folder = await statusOf(dirname(resolve(path)));
  if (!folder?.isDirectory) {
    const folder = { path: dirname(path) };
    throw unusable(line`${{ path }} cannot be written: the folder ${folder} is not there`, ["make it first"]);
  }
  if (source && await isSameFile(path, source.path)) {
    throw unusable(line`${{ path }} is the source itself`, ["give another name for the output"]);
  }
  if (/\.partial(\.\d+)?\.[^.]+$/.test(basename(path))) {
    throw unusable(line`${{ path }} is a name for unfinished work`, ["give one without .partial"]);
  }
  await checkPartialName(path);
  await checkReplaceable(path);
}

/** The longest name that the output needs is that of its partial file. */
async function checkPartialName(path: string): Promise<void> {
  const code = await Deno.lstat(partialPath(path)).then(() => undefined, systemCode);
  if (code !== "ENAMETOOLONG") return;
  const wrong = line`${{ path }} cannot be written: its name with .partial is too long for the file system`;
  throw unusable(wrong, ["give a shorter one"]);
}

/**
 * Creates the partial file, empty, to find out now rather than after an hour whether it can be written. What is
 * there already under its name is left as it is, such as the partial file of an interrupted run.
 *
 * @returns its path
 * @throws {ReverieError} if it cannot be written
 */
export async function openPartial(path: string): Promise<string> {
  for (let number = 1;; number++) {
    const partial = partialPath(path, number);
    try {
      (await Deno.open(partial, { write: true, createNew: true })).close();
      return partial;
    } catch (cause) {
      if (!(cause instanceof Deno.errors.AlreadyExists)) {
        throw cannotWrite(line`${{ path }} cannot be written`, cause);
      }
    }
  }
}

/** Removes a file if it exists. */
export async function removeIfThere(path: string): Promise<void> {
  try {
    await Deno.remove(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
