import { fileArgument } from "./command.ts";
import { safeInput } from "./formats.ts";
import { lines } from "./lines.ts";
import { locate } from "./locate.ts";
import { PlainName } from "./plain_name.ts";

/** A packet of a stream; times are in seconds on the container's clock. */
export interface Packet {
  /** Index of the stream within the file. */
  stream: number;
  /** Presentation time; where the container has none, the decoding time. */
  pts: number;
  /** Decoding time; where the container has none, the presentation time. */
  dts: number;
  /** 0 if unknown. */
  duration: number;
  /** Whether decoding can begin here. */
  key: boolean;
  /** Whether the container says not to show it, as before the start of an edit list. */
  discarded: boolean;
}

/** Which packets to read. */
export interface PacketOptions {
  /** Index of the only stream to read. Default: all. */
  stream?: number;
  /** Part to read, in seconds on the container's clock; it may begin earlier, at a key frame. */
  interval?: { from: number; to: number };
  signal?: AbortSignal | undefined;
}

/**
 * Reads the packets of a file, in its order, without decoding them. Packets without any time stamp are left
 * out. ffprobe ends with the generator.
 *
 * @throws {ReverieError} if ffprobe is not found
 * @throws the signal's reason when it is aborted
 */
export async function* packets(path: string, options: PacketOptions = {}): AsyncGenerator<Packet> {
  const { stream, interval, signal } = options;
  const { path: program } = await locate("ffprobe");
  signal?.throwIfAborted();
  using name = new PlainName(path);
  const process = new Deno.Command(program, {
    args: [
      ...["-loglevel", "quiet", ...safeInput],
      ...(stream === undefined ? [] : ["-select_streams", String(stream)]),
      ...(interval ? ["-read_intervals", `${interval.from.toFixed(6)}%${interval.to.toFixed(6)}`] : []),
      ...["-show_entries", "packet=stream_index,pts_time,dts_time,duration_time,flags", "-of", "csv=p=0"],
      ...["-i", fileArgument(name.path)],
    ],
    stdin: "null",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const stop = () => {
    try {
      process.kill("SIGKILL");
    } catch {
      // It has ended already.
    }
  };
  signal?.addEventListener("abort", stop);
  try {
    for await (const text of lines(process.stdout)) {
      const packet = packetOf(text);
      if (packet) yield packet;
    }
    signal?.throwIfAborted();
  } finally {
    signal?.removeEventListener("abort", stop);
    stop();
    await process.status;
  }
}

/** The packet that a line describes; side data is on lines of its own, and at the end of others. */
function packetOf(text: string): Packet | undefined {
  const [, stream, ...times] = /^(\d+),([^,]*),([^,]*),([^,]*),([KDC_]*)/.exec(text) ?? [];
  const [presented, decoded, duration] = times.slice(0, 3).map(Number.parseFloat);
  const flags = times[3] ?? "";
  const pts = Number.isFinite(presented) ? presented! : decoded!;
  if (stream === undefined || !Number.isFinite(pts)) return undefined;
  return {
    stream: Number(stream),
    pts,
    dts: Number.isFinite(decoded) ? decoded! : pts,
    duration: Number.isFinite(duration) ? duration! : 0,
    key: flags.includes("K"),
    discarded: flags.includes("D"),
  };
}
