import { type Packet, packets } from "./packets.ts";

/**
 * One run of the container's clock. A file has several if its clock starts again midway, as where MPEG streams
 * are joined.
 */
export interface ClockPart {
  /** Added to the container's time, gives the time since the start of the source, in seconds. */
  shift: number;
  /** Latest presentation time of each stream in this part on the container's clock, by the stream's index. */
  last: Readonly<Record<number, number>>;
}

/** What reading all time stamps of a file tells. */
export interface ClockReading {
  parts: ClockPart[];
  /** Seconds from the start to the end of the last frame and sound. */
  duration: number;
  /** Seconds from the start to the end of each stream, by its index. */
  ends: Record<number, number>;
}

/** Seconds that time may go backwards (where frames are not in order) or forwards within a part. */
const slack = { back: 0.5, forward: 60 };

/** Reads the clock of a file from its packets. Only files that may be joined need this: it takes a while. */
export async function readClock(
  path: string,
  streams: readonly number[],
  signal?: AbortSignal,
): Promise<ClockReading | undefined> {
  const parts: { first: number; last: Record<number, number>; end: number; ends: Record<number, number> }[] =
    [];
  /** The part that each stream is in, and its latest decoding time. */
  const places = new Map<number, { part: number; dts: number }>();
  let latest = -Infinity;
  for await (const { stream, pts, dts, duration } of packets(path, { signal })) {
    if (!streams.includes(stream)) continue;
    const place = places.get(stream);
    const jumps = place !== undefined &&
      (dts < place.dts - slack.back || dts > Math.max(latest, place.dts) + slack.forward);
    const part = place === undefined ? Math.max(0, parts.length - 1) : place.part + (jumps ? 1 : 0);
    if (part >= parts.length) {
      parts.push({ first: Infinity, last: {}, end: -Infinity, ends: {} });
      latest = -Infinity;
    }
    const told = parts[part]!;
    told.first = Math.min(told.first, pts);
    told.last[stream] = Math.max(told.last[stream] ?? -Infinity, pts);
    told.ends[stream] = Math.max(told.ends[stream] ?? -Infinity, pts + duration);
    told.end = Math.max(told.end, pts + duration);
    if (part === parts.length - 1) latest = Math.max(latest, dts);
    places.set(stream, { part, dts });
  }
  if (parts.length === 0) return undefined;
  let duration = 0;
  const ends: Record<number, number> = {};
  const shifted = parts.map(({ first, last, end, ends: own }) => {
    const shift = duration - first;
    for (const [stream, time] of Object.entries(own)) ends[Number(stream)] = time + shift;
    duration = end + shift;
    return { shift, last };
  });
  return { parts: shifted, duration, ends };
}

/** Turns the times of one stream's frames, in their order, into seconds since the start of the source. */
export class SourceClock {
  #part = 0;
  #previous = -Infinity;

  /**
   * @param source where its clock starts, and the runs of that clock if there are several
   * @param stream index of the stream
   */
  constructor(
    private readonly source: { startTime: number; clock?: readonly ClockPart[] },
    private readonly stream: number,
  ) {}

  /** The time since the start of the source for a time on the container's clock, both in seconds. */
  next(time: number): number {
    const { startTime, clock } = this.source;
    if (!clock) return time - startTime;
    const last = clock[this.#part]!.last[this.stream] ?? Infinity;
    const restarts = time < this.#previous - slack.back || time > last + slack.back;
    if (restarts && this.#part + 1 < clock.length) this.#part++;
    this.#previous = time;
    return time + clock[this.#part]!.shift;
  }
}

/** Where to begin decoding for a part of a source; times are on the container's clock, in seconds. */
export interface SeekPoint {
  /** Where to seek to: the decoding time of a key frame. */
  seek: number;
  /** The last frame at or before the start of the part, or the first one after it. */
  keep: number;
}

/** How far before the start of a part a key frame is looked for, in seconds; then from the source's start. */
const reach = 20;

/**
 * Finds the key frame from which to decode so that the frame on display at a time is among those decoded.
 * Returns undefined if decoding must begin at the start of the source. Seeking by time alone is not exact in
 * containers without an index.
 *
 * @param from seconds since the start of the source
 */
export async function seekPoint(
  source: {
    path: string;
    stream: number;
    startTime: number;
    frameRate: { num: number; den: number };
    clock?: readonly ClockPart[];
  },
  from: number,
  signal?: AbortSignal,
): Promise<SeekPoint | undefined> {
  if (source.clock || from <= 0) return undefined;
  const nominal = source.frameRate.den / source.frameRate.num;
  const wanted = source.startTime + from;
  const to = wanted + Math.max(1, 20 * nominal);
  for (const back of [reach, Infinity]) {
    const begin = Math.max(source.startTime, wanted - back);
    const found: Packet[] = [];
    for await (
      const packet of packets(source.path, { stream: source.stream, interval: { from: begin, to }, signal })
    ) {
      found.push(packet);
    }
    const before = found.filter(({ pts, discarded }) => !discarded && pts <= wanted + tolerance);
    const keep = Math.max(...before.map(({ pts }) => pts));
    const keys = found.filter(({ key, pts }) => key && pts <= keep + tolerance);
    const last = keys.reduce<Packet | undefined>((a, b) => a && a.pts > b.pts ? a : b, undefined);
    if (last) return { seek: Math.min(last.dts, last.pts), keep };
  }
  return undefined;
}

/** Largest rounding of a container's time stamps, in seconds. */
export const tolerance = 0.0011;

/**
 * Options before an input that keep the container's time stamps, and seek to a time on its clock, in seconds.
 * ffmpeg's own correction of time stamps differs with the streams that are read, so that picture and sound
 * would part.
 */
export function seekOptions(time?: number): string[] {
  return [
    "-copyts",
    ...(time === undefined ? [] : ["-noaccurate_seek", "-seek_timestamp", "1", "-ss", time.toFixed(6)]),
  ];
}
