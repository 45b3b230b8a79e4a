import { checkHlsFolder, checkOutput } from "../encode.ts";
import type { SourceInfo } from "../ffmpeg/source_info.ts";
import { RunLock } from "../output/run_lock.ts";
import { line } from "../../models/line.ts";
import { unusable } from "../output/obstacles.ts";
import { isSameFile } from "../output/same_file.ts";
import { checkDumpFolder } from "./dump.ts";

/** What a job writes. */
export interface Outputs {
  output: string;
  /** Folder for HLS. */
  hls?: string;
  /** Folder for pictures of what the stages made. */
  dump?: string;
  /** Whether a picture's passes become frames. */
  growing?: boolean;
  /** Files beside the output. */
  beside?: readonly string[];
}

/**
 * Checks everything that a job is to write before any work is done for it, and keeps other runs away from it
 * until the claim is disposed of.
 *
 * @throws {ReverieError} if something that is not an earlier result would be lost, cannot be written, or is being
 *   made by another run
 */
export async function claimOutputs(
  { output, hls, dump, growing = false, beside = [] }: Outputs,
  source: SourceInfo,
): Promise<AsyncDisposable> {
  await using locks = new AsyncDisposableStack();
  const others = [source.path, output];
  await checkOutput(output, source, { growing });
  locks.use(await RunLock.ofFile(output));
  for (const path of beside) {
    if (await isSameFile(path, source.path)) {
      throw unusable(line`${{ path: source.path }} would be replaced`, ["give another name for the output"]);
    }
    await checkOutput(path);
  }
  if (hls !== undefined) {
    locks.use(await RunLock.ofFolder(hls));
    await checkHlsFolder(hls, others);
  }
  if (dump !== undefined) {
    const locked = hls !== undefined && await isSameFile(dump, hls);
    if (!locked) locks.use(await RunLock.ofFolder(dump));
    await checkDumpFolder(dump, others);
  }
  return locks.move();
}
