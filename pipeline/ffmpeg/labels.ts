import type { ProbedChapter, ProbedStream } from "./ffprobe.ts";

/** A chapter of a source. */
export interface Chapter {
  /** Seconds from the start of the source. */
  start: number;
  end: number;
  title?: string;
}

/** What a file says about its work; a result keeps it, under the same names. */
const kept = [
  ..."title artist album album_artist composer date genre copyright description synopsis show network".split(
    " ",
  ),
  ..."episode_id season_number episode_sort media_type track disc lyrics publisher performer".split(" "),
];

/** A command line has room for so many chapters with titles of so many characters. */
const mostChapters = 200;
const longestTitle = 80;

/** The descriptive tags of a container, such as its title; names in lower case. */
export function labelsOf(format: ProbedStream): Record<string, string> {
  const tags = Object.entries(format.tags ?? {}).map(([name, value]) =>
    [name.toLowerCase(), String(value)] as const
  );
  return Object.fromEntries(tags.filter(([name, value]) => kept.includes(name) && value !== ""));
}

/** The chapters, in seconds from the start of the source. */
export function chaptersOf(chapters: readonly ProbedChapter[], startTime: number): Chapter[] {
  return chapters.flatMap(({ start_time, end_time, tags }) => {
    const [start, end] = [Number(start_time) - startTime, Number(end_time) - startTime];
    if (!(end > start)) return [];
    const title = tags?.["title"];
    return [{ start: Math.max(0, start), end, ...(title !== undefined && { title: String(title) }) }];
  });
}

/** Chapters as an input for ffmpeg (`-f ffmetadata`): a URL that holds them. */
export function chaptersInput(chapters: readonly Chapter[]): string {
  const text = chapters.slice(0, mostChapters).map(({ start, end, title }) => {
    const times = `TIMEBASE=1/1000\nSTART=${Math.round(start * 1000)}\nEND=${Math.round(end * 1000)}`;
    return `[CHAPTER]\n${times}\ntitle=${escaped((title ?? "").slice(0, longestTitle))}\n`;
  });
  const bytes = new TextEncoder().encode(`;FFMETADATA1\n${text.join("")}`);
  return `data:text/plain;base64,${bytes.toBase64()}`;
}

function escaped(value: string): string {
  return value.replaceAll(/[=;#\\\n]/g, "\\$&");
}

/** The chapters of a part of the source, in seconds from the start of the part. */
export function chaptersWithin(
  chapters: readonly Chapter[],
  { from = 0, duration = Infinity }: { from?: number | undefined; duration?: number | undefined },
): Chapter[] {
  return chapters.flatMap((chapter) => {
    const start = Math.max(0, chapter.start - from), end = Math.min(duration, chapter.end - from);
    return end > start ? [{ ...chapter, start, end }] : [];
  });
}
