import { basename, dirname, join, resolve } from "node:path";
import { ReverieError } from "../../models/errors.ts";
import { line } from "../../models/line.ts";
import { hasMarkedHead } from "../output/made_here.ts";
import { cannotWrite, unusable } from "../output/obstacles.ts";
import { isSameFile, ownStatusOf, statusOf } from "../output/same_file.ts";
import { HlsPlaylist } from "./hls_playlist.ts";

/** The names that ffmpeg gives to playlist and segments, also while it writes them. */
const hlsName = /^(index\.m3u8|index\d+\.m4s|init\.mp4)(\.tmp)?$/;

const playlistName = "index.m3u8";

/**
 * Creates the folder for HLS if it is missing, and checks that only files of an earlier run would be replaced.
 *
 * @param others files that must stay: the source and the output
 * @throws {ReverieError} with one line that says what to do
 */
export async function checkHlsFolder(folder: string, others: readonly string[]): Promise<void> {
  const path = { path: folder };
  const advice = ["choose another folder for HLS"];
  const names = await hlsNames(folder);
  const own = names.length === 0 || await hasMarkedHead(join(folder, "init.mp4"));
  for (const name of names) {
    const file = join(folder, name);
    for (const other of others) {
      if (!await isSameFile(file, other)) continue;
      throw unusable(line`${{ path: other }} would be replaced by HLS`, advice);
    }
    const status = await ownStatusOf(file);
    if (status && !(status.isFile && (own || status.size === 0))) {
      throw unusable(line`${path} holds ${name}, and Reverie did not make it`, advice);
    }
  }
  for (const other of others) {
    if (hlsName.test(basename(other)) && await isSameFile(dirname(resolve(other)), folder)) {
      throw unusable(line`${{ path: other }} has a name that HLS needs`, advice);
    }
  }
}

/** Names of playlist and segments in a folder, which is made if it is missing. */
async function hlsNames(folder: string): Promise<string[]> {
  try {
    await Deno.mkdir(folder, { recursive: true });
    return (await Array.fromAsync(Deno.readDir(folder), ({ name }) => name)).filter((name) =>
      hlsName.test(name)
    );
  } catch (cause) {
    throw cannotWrite(line`${{ path: folder }} cannot be used for HLS`, cause);
  }
}

/**
 * The HLS that ffmpeg writes into a folder. ffmpeg does not say that the disk is full: it goes on with empty
 * segments and replaces the playlist by an empty one, so the folder itself is watched.
 */
export class HlsWatch {
  readonly #folder: string;
  readonly #playlist = new HlsPlaylist();
  #seen = "";

  constructor(folder: string) {
    this.#folder = folder;
  }

  /**
   * Removes playlist and segments of an earlier run, right before the first frame: a run that makes none leaves
   * them as they are.
   *
   * @throws {ReverieError} if one cannot be removed
   */
  async clear(): Promise<void> {
    try {
      for (const name of await hlsNames(this.#folder)) await Deno.remove(join(this.#folder, name));
    } catch (cause) {
      if (cause instanceof ReverieError) throw cause;
      throw cannotWrite(line`${{ path: this.#folder }} cannot be used for HLS`, cause);
    }
  }

  /**
   * Looks at what has been added since the last call.
   *
   * @throws {ReverieError} if a segment or the playlist is not whole
   */
  async check(): Promise<void> {
    if (!await this.#follow()) throw await this.#failure();
  }

  /**
   * Looks at everything once ffmpeg has ended.
   *
   * @throws {ReverieError} if a segment or the playlist is not whole
   */
  async finish(): Promise<void> {
    if (!await this.#follow() || !this.#playlist.isEnded) throw await this.#failure();
  }

  /** Takes what has been added to the playlist; false if that is not whole. */
  async #follow(): Promise<boolean> {
    const path = join(this.#folder, playlistName);
    const status = await statusOf(path);
    const seen = `${status?.mtime?.getTime()} ${status?.size}`;
    if (!status || seen === this.#seen) return true;
    const text = await Deno.readTextFile(path).catch(() => "");
    const whole = await this.#playlist.follow(text, this.#folder);
    if (whole) this.#seen = seen;
    return whole;
  }

  async #failure(): Promise<ReverieError> {
    const what = line`HLS in ${{ path: this.#folder }} could not be written`;
    if (!await statusOf(this.#folder)) {
      return new ReverieError("encoding_failed", line`${what}: the folder has been removed`);
    }
    const wrong = line`${what}: the disk is full`;
    return new ReverieError("disk_full", wrong, { advice: ["make room and start again"] });
  }

  /** Ends the playlist after its last whole segment, once ffmpeg has ended. */
  async repair(): Promise<void> {
    if (await this.#follow() && this.#playlist.isEnded) return;
    const { segments } = this.#playlist;
    const keep = new Set(segments.size === 0 ? [] : [playlistName, "init.mp4", ...segments]);
    try {
      for (const name of await hlsNames(this.#folder)) {
        if (!keep.has(name)) await Deno.remove(join(this.#folder, name));
      }
      if (keep.size > 0) await Deno.writeTextFile(join(this.#folder, playlistName), this.#playlist.ended());
    } catch {
      // The error that made this necessary is reported.
    }
  }
}
