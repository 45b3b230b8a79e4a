import { basename, dirname, join, resolve } from "node:path";
import { ReverieError } from "../../models/errors.ts";
import { type Line, line } from "../../models/line.ts";
import { isDiskFull, reasonOf, systemCode } from "../../models/system_error.ts";
import type { SourceInfo } from "../ffmpeg/probe.ts";
import { containerOf, extensionOf } from "./container.ts";

/** The name of an output until it is complete, and if it never is: `dream.partial.mp4` for `dream.mp4`. */
export function partialPath(path: string): string {
  const extension = path.slice(path.lastIndexOf(".") + 1);
  return `${path.slice(0, -extension.length)}partial.${extension}`;
}

/** The name of the copy that is made from the partial file and then moved to the final name. */
export function finishingPath(path: string): string {
  return join(dirname(path), `.${basename(path, `.${extensionOf(path)}`)}.finishing.${extensionOf(path)}`);
}

/**
 * Checks an output before any work is done for it: its extension is known, it is of the source's kind but not
 * the source itself, and its folder exists.
 *
 * @throws {ReverieError} with one line that says what to do
 */
export async function checkOutput(path: string, source?: SourceInfo): Promise<void> {
  const { kind } = containerOf(path);
  if (source && source.kind !== kind) {
    const [is, isNot, endings] = kind === "video"
      ? ["picture", "video", ".png or .jpg"]
      : ["video", "picture", ".mp4, .mkv, .webm or .gif"];
    throw unusable(line`${{ path: source.path }} is a ${is}, not a ${isNot}`, [
      line`give an output that ends in ${endings} instead of ${{ path }}`,
    ]);
  }
  const folder = await statusOf(dirname(resolve(path)));
  if (!folder?.isDirectory) {
    const folder = { path: dirname(path) };
    throw unusable(line`${{ path }} cannot be written: the folder ${folder} is not there`, ["make it first"]);
  }
  const present = await statusOf(path);
  if (present?.isDirectory) throw unusable(line`${{ path }} is a folder`, ["give the name of a file"]);
  if (present && source && await isSameFile(path, source.path)) {
    throw unusable(line`${{ path }} is the source itself`, ["give another name for the output"]);
  }
}

/**
 * Creates the partial file, empty, to find out now rather than after an hour whether it can be written.
 *
 * @returns its path
 * @throws {ReverieError} if it cannot be written
 */
export async function openPartial(path: string): Promise<string> {
  const partial = partialPath(path);
  try {
    (await Deno.open(partial, { write: true, create: true, truncate: true })).close();
    return partial;
  } catch (cause) {
    throw blocked(line`${{ path }} cannot be written`, cause);
  }
}

function unusable(wrong: Line, advice: readonly Line[], cause?: unknown): ReverieError {
  return new ReverieError(isDiskFull(cause) ? "disk_full" : "output_unusable", wrong, { advice, cause });
}

/** Why the system cannot write and what to do about it, by system error code. */
const obstacles: Readonly<Record<string, [reason: string, advice: string]>> = {
  ENOENT: ["its folder is not there", "make it first"],
  EACCES: ["its folder is not open to you", "choose another"],
  ENOSPC: ["the disk is full", "make room first"],
  EROFS: ["its folder is read-only", "choose another"],
};

function blocked(what: Line, cause: unknown): ReverieError {
  const [reason, ...advice] = obstacles[systemCode(cause) ?? ""] ?? [reasonOf(cause)];
  return unusable(line`${what}: ${reason}`, advice, cause);
}

/**
 * Creates the folder for HLS and removes the playlist and segments of an earlier run.
 *
 * @throws {ReverieError} if the folder cannot be used
 */
export async function openHlsFolder(folder: string): Promise<void> {
  try {
    await Deno.mkdir(folder, { recursive: true });
    for await (const { name } of Deno.readDir(folder)) {
      if (/^(index\.m3u8|index\d+\.m4s|init\.mp4)(\.tmp)?$/.test(name)) await Deno.remove(join(folder, name));
    }
  } catch (cause) {
    throw blocked(line`${{ path: folder }} cannot be used for HLS`, cause);
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

async function statusOf(path: string): Promise<Deno.FileInfo | undefined> {
  try {
    return await Deno.stat(path);
  } catch {
    return undefined;
  }
}

async function isSameFile(one: string, other: string): Promise<boolean> {
  try {
    return await Deno.realPath(one) === await Deno.realPath(other);
  } catch {
    return false;
  }
}
