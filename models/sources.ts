/** Fetches a network from the first of its sources that has it. */
import { basename, dirname, join } from "node:path";
import { makeWhole } from "./cache.ts";
import type { ErrorCode } from "./error_codes.ts";
import { ReverieError } from "./errors.ts";
import { downloadFile, type PublishedFile } from "./file_download.ts";
import { downloadFiles, type PublishedFiles } from "./files_download.ts";
import { withFolderLock } from "./folder_lock.ts";
import { type Line, plain } from "./line.ts";
import type { Model } from "./onnx/model.ts";
import { writeModel } from "./onnx/write.ts";
import type { DownloadOptions } from "./download_options.ts";
import { downloadPackage, type PinnedPackage, unpackPackage } from "./package_download.ts";
import { Reach } from "./reach.ts";
import { reasonOf } from "./system_error.ts";
import { requireOnline } from "./web.ts";

/** A package of the npm registry. */
export interface PackageSource {
  package: PinnedPackage;
  /** Makes the network from the folder of the unpacked package. */
  read: (folder: string) => Model;
}

/** One file on the web; stored unchanged if `read` is absent. */
export interface FileSource {
  file: PublishedFile;
  /** Makes the network from the file's bytes. */
  read?: (bytes: Uint8Array) => Model;
}

/** A set of files on the web. */
export interface FilesSource {
  files: PublishedFiles;
  /** Makes the network from the files' bytes, by path. */
  read: (files: ReadonlyMap<string, Uint8Array>) => Model;
}

/** A place to get a network from. */
export type Source = PackageSource | FileSource | FilesSource;

/** Name and version of a source's package, or the URL of its file or files. */
export function sourceName(source: Source): string {
  if ("package" in source) return source.package.spec;
  return "file" in source ? source.file.url : source.files.base;
}

/** Size of a source's download in bytes. */
export function sourceSize(source: Source): number {
  if ("package" in source) return source.package.size;
  if ("file" in source) return source.file.size;
  return source.files.files.reduce((sum, { size }) => sum + size, 0);
}

/** Options of a download from several sources. */
export interface PullOptions extends DownloadOptions {
  /**
   * Seconds within which one of the sources must begin to send. Each source gets an equal share of the time that is
   * left. Default: each source may take as long as a server may be silent (`patience`).
   */
  reachWithin?: number | undefined;
}

/** The network to fetch. */
export interface Wanted {
  name: string;
  /** Path for its file. */
  target: string;
  /** What the user can do if every source fails. */
  otherwise: Line;
}

/**
 * Fetches a network from the first source that has it, and returns the path of its file. If the download is
 * interrupted, the data so far stays next to the target and is not downloaded again. A second process that wants the
 * same network waits for the first.
 *
 * @throws {ReverieError} if every source fails (`download_unreachable` if none answered), or if the folder cannot be
 * written to (`cache_unusable` or `disk_full`).
 * @throws {unknown} the signal's reason when the signal is aborted.
 */
export async function fetchFromSources(
  sources: readonly Source[],
  wanted: Wanted,
  options: PullOptions = {},
): Promise<string> {
  requireOnline(wanted.name, wanted.otherwise);
  options.signal?.throwIfAborted();
  using reach = new Reach(wanted.name, options);
  const onAnswer = () => {
    reach.answered();
    options.onAnswer?.();
  };
  return await withFolderLock(wanted.target, reach, async () => {
    const errors: ReverieError[] = [];
    for (const [index, source] of sources.entries()) {
      try {
        const signal = reach.share(sources.length - index);
        const path = await fetchFrom(source, wanted, { ...options, signal, onAnswer });
        await Deno.remove(partsFolder(wanted.target), { recursive: true }).catch(() => {});
        return path;
      } catch (error) {
        options.signal?.throwIfAborted();
        if (!isDownloadError(error)) throw error;
        errors.push(error);
      }
    }
    await removeEmpty(partsFolder(wanted.target));
    throw errors.length === 1 ? errors[0]! : severalErrors(wanted, errors);
  });
}

const downloadCodes: readonly ErrorCode[] = [
  "download_unreachable",
  "download_refused",
  "download_interrupted",
  "download_wrong",
];

function isDownloadError(error: unknown): error is ReverieError {
  return error instanceof ReverieError && downloadCodes.includes(error.code);
}

function severalErrors({ name, otherwise }: Wanted, errors: ReverieError[]): ReverieError {
  const reason = [...new Set(errors.map(({ reason }) => plain(reason)))].join(", ");
  const { code } = errors.find(({ code }) => code !== "download_unreachable") ?? errors[0]!;
  return new ReverieError(code, `cannot fetch ${name}: ${reason}`, {
    reason,
    advice: ["connect to the network once", otherwise],
    cause: new AggregateError(errors),
  });
}

function fetchFrom(source: Source, wanted: Wanted, options: PullOptions): Promise<string> {
  if ("package" in source) return fromPackage(source, wanted, options);
  return "file" in source ? fromFile(source, wanted, options) : fromFiles(source, wanted, options);
}

async function fromPackage(
  { package: pinned, read }: PackageSource,
  wanted: Wanted,
  options: PullOptions,
): Promise<string> {
  const name = `${basename(pinned.spec)}.tgz`;
  const tarball = await downloadPackage(pinned, join(partsFolder(wanted.target), name), options);
  return await makeWhole(wanted.target, async (folder) => {
    const unpacked = await unpackPackage(pinned, tarball, folder);
    return await writeInto(folder, converted(pinned.spec, () => read(unpacked)));
  });
}

async function fromFile(
  { file, read }: FileSource,
  { target, otherwise }: Wanted,
  options: PullOptions,
): Promise<string> {
  if (!read) {
    const place: Line = [{ remedy: "place", url: file.url, path: target }];
    return await downloadFile(file, target, { ...options, otherwise: [place, otherwise] });
  }
  const parts = partsFolder(target);
  const path = await downloadFile(file, join(parts, basename(file.url)), {
    ...options,
    otherwise: [otherwise],
  });
  const bytes = await Deno.readFile(path);
  const model = converted(basename(file.url), () => read(bytes));
  return await makeWhole(target, (folder) => writeInto(folder, model));
}

async function fromFiles(
  { files, read }: FilesSource,
  { target, otherwise }: Wanted,
  options: PullOptions,
): Promise<string> {
  const contents = await downloadFiles(files, partsFolder(target), { ...options, otherwise: [otherwise] });
  const model = converted(files.base, () => read(contents));
  return await makeWhole(target, (folder) => writeInto(folder, model));
}

/** Folder for the downloaded files from which the network will be made. */
function partsFolder(target: string): string {
  return join(dirname(target), `${basename(target)}.parts`);
}

/** Removes a folder unless there are files in it. */
async function removeEmpty(folder: string): Promise<void> {
  try {
    for await (const { name, isDirectory } of Deno.readDir(folder)) {
      if (isDirectory) await removeEmpty(join(folder, name));
    }
    await Deno.remove(folder);
  } catch {
    // The folder does not exist, or holds files that the next call resumes.
  }
}

/** Makes the network. A failure counts as a download error, so that the next source is tried. */
function converted(name: string, read: () => Model): Model {
  try {
    return read();
  } catch (cause) {
    const reason = `${name} cannot be used: ${reasonOf(cause)}`;
    throw new ReverieError("download_wrong", `cannot fetch the network: ${reason}`, { reason, cause });
  }
}

async function writeInto(folder: string, model: Model): Promise<string> {
  const path = join(folder, "network.onnx");
  await Deno.writeFile(path, writeModel(model));
  return path;
}
