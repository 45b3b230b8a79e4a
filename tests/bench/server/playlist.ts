/** An HLS media playlist (RFC 8216), as far as it is used here. */
export interface Playlist {
  /** Name of the file that precedes all segments. */
  header: string;
  segments: { name: string; seconds: number }[];
}

/**
 * Parses a playlist of fragmented MP4.
 *
 * @throws {Error} if the text is not one
 */
export function playlistOf(text: string): Playlist {
  const lines = text.split("\n");
  const header = /^#EXT-X-MAP:URI="(.+?)"/m.exec(text)?.[1];
  if (lines[0] !== "#EXTM3U" || header === undefined) {
    throw new Error("this is no playlist of fragmented MP4");
  }
  const segments = lines.flatMap((line, index) => {
    const seconds = /^#EXTINF:([\d.]+)/.exec(line)?.[1];
    return seconds === undefined ? [] : [{ name: lines[index + 1]!, seconds: Number(seconds) }];
  });
  return { header, segments };
}

/** Waits without limit for a dream's playlist; the server holds each request for a minute. */
export async function firstPlaylist(dream: string): Promise<string> {
  for (;;) {
    const response = await fetch(`${dream}/hls/index.m3u8`);
    const text = await response.text();
    if (response.ok) return text;
    if (response.status !== 503) throw new Error(`no playlist came: ${text}`);
  }
}
