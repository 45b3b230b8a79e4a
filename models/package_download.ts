import { createWriteStream } from "node:fs";
import { join } from "node:path";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import pacote from "pacote";
import { UserError } from "./errors.ts";

/** A file of the npm registry, pinned by name, version and hash. */
export interface PinnedPackage {
  /** Name and version, as in `nsfwjs@4.3.0`. */
  spec: string;
  /** Subresource integrity string of the tarball. */
  integrity: string;
  /** Size of the tarball in bytes, for the progress shown. */
  size: number;
}

/** Called while a download runs, with bytes so far and in all. */
export type DownloadProgress = (received: number, total: number) => void;

/**
 * Fetches a package into `folder` and unpacks it there without running anything of it. Returns the package's folder.
 *
 * The registry is npm's own unless `NPM_CONFIG_REGISTRY` names a mirror.
 * Throws a UserError when there is no network or when the tarball is not the pinned one.
 */
export async function downloadPackage(
  { spec, integrity, size }: PinnedPackage,
  folder: string,
  onProgress: DownloadProgress = () => {},
): Promise<string> {
  const registry = Deno.env.get("NPM_CONFIG_REGISTRY") ?? Deno.env.get("npm_config_registry");
  const options = { integrity, cache: join(folder, "npm-cache"), ...(registry && { registry }) };
  const tarball = join(folder, "package.tgz");
  const unpacked = join(folder, "package");
  try {
    await pacote.tarball.stream(
      spec,
      (stream: NodeJS.ReadableStream) =>
        pipeline(stream, counter(size, onProgress), createWriteStream(tarball)),
      options,
    );
    await pacote.extract(`file:${tarball}`, unpacked, { ...options, integrity });
  } catch (cause) {
    throw downloadError(spec, cause);
  }
  return unpacked;
}

function counter(total: number, onProgress: DownloadProgress): Transform {
  let received = 0;
  return new Transform({
    transform(chunk: Uint8Array, _encoding, done) {
      received += chunk.length;
      onProgress(received, total);
      done(null, chunk);
    },
  });
}

const offlineCodes = [
  "ENOTFOUND",
  "EAI_AGAIN",
  "ECONNREFUSED",
  "ECONNRESET",
  "ENETUNREACH",
  "ETIMEDOUT",
  "FETCH_ERROR",
];

function downloadError(spec: string, cause: unknown): UserError {
  const { code = "", message = String(cause) } = cause as { code?: string; message?: string };
  if (code === "EINTEGRITY") {
    return new UserError(`the download of ${spec} is not what was published (wrong checksum); try again`, {
      exitCode: 1,
      cause,
    });
  }
  if (offlineCodes.some((known) => code.includes(known) || message.includes(known))) {
    return new UserError(
      `cannot fetch ${spec}: the npm registry cannot be reached; connect to the network once, or copy the cache ` +
        "folder of a machine that has it and set REVERIE_CACHE",
      { exitCode: 1, cause },
    );
  }
  return new UserError(`cannot fetch ${spec}: ${message.split("\n")[0]}`, { exitCode: 1, cause });
}
