import type { SourceInfo } from "./ffmpeg/source_info.ts";

/** Pixels that are further from square than this are a mistake rather than a format. */
const mostAspect = 4;

/** The size in square pixels at which a source is displayed; no side is smaller than the stored one. */
export function displaySize(
  { width, height, sampleAspect: { num, den } }: Pick<SourceInfo, "width" | "height" | "sampleAspect">,
): { width: number; height: number } {
  const aspect = num / den;
  if (!(aspect <= mostAspect && aspect >= 1 / mostAspect)) return { width, height };
  return aspect >= 1
    ? { width: Math.round(width * aspect), height }
    : { width, height: Math.round(height / aspect) };
}
