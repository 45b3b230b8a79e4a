import type { Features } from "./features.ts";
import type { SourceInfo } from "./source_info.ts";
import { toneMapping } from "./tone_map.ts";

/**
 * The filter chain from the decoder's output to upright, progressive, opaque 8-bit RGB of the stored size. It
 * also reports the time stamp of every frame on standard error, in microseconds (see `frame_times.ts`).
 *
 * @param keep drops the frames before this time on the container's clock, in seconds
 */
export function decodeFilters(source: SourceInfo, features: Features, keep?: number): string {
  return [
    ...deinterlacing(source, features),
    ...(keep === undefined ? [] : [`select='gte(t,${keep.toFixed(6)})+isnan(t)'`]),
    ...toneMapping(source, features),
    ...toRgb(source),
    ...upright(source),
    "settb=AVTB",
    "showinfo",
    // Raw video has no time stamps: these only keep ffmpeg from complaining about uneven ones.
    "settb=1/25",
    "setpts=N",
  ].join(",");
}

/** One frame out for each frame in; frames marked as progressive are left alone. */
function deinterlacing(source: SourceInfo, features: Features): string[] {
  if (!source.interlaced) return [];
  const filter = ["bwdif", "yadif"].find((name) => features.filters.has(name));
  return filter ? [`${filter}=mode=send_frame:parity=auto:deint=interlaced`] : [];
}

/** Accurate conversion to full-range RGB of the stored size. */
function toRgb(source: SourceInfo): string[] {
  const stored = storedSize(source);
  const flags = "flags=bicubic+accurate_rnd+full_chroma_int";
  const scale = `scale=${fitted(stored)}:${scaleInput(source)}${flags}`;
  const pad = `pad=w=${stored.width}:h=${stored.height}:x=-1:y=-1`;
  // Without an explicit range, ffmpeg 4 takes black to be 16 when it multiplies.
  return source.alpha
    ? [
      scale,
      "format=gbrap",
      "setrange=pc",
      "premultiply=inplace=1",
      "scale=flags=accurate_rnd",
      "format=rgb24",
      pad,
    ]
    : [scale, "format=rgb24", pad];
}

/** Size in stored pixels, before turning, and the width of such a pixel divided by its height. */
interface StoredSize {
  width: number;
  height: number;
  aspect: number;
}

function storedSize({ width, height, sampleAspect: { num, den }, orientation }: SourceInfo): StoredSize {
  const turned = orientation.clockwise % 180 !== 0;
  return turned ? { width: height, height: width, aspect: den / num } : { width, height, aspect: num / den };
}

/**
 * The scale filter's size. A stream may change its own midway: a frame of another size keeps its shape, and the
 * pad filter adds black borders.
 */
function fitted({ width, height, aspect }: StoredSize): string {
  const usual = `eq(iw\\,${width})*eq(ih\\,${height})`;
  const across = `max(1\\,round(min(${width}\\,${height}*dar/${aspect})))`;
  const down = `max(1\\,round(min(${height}\\,${width}*${aspect}/dar)))`;
  return `w=if(${usual}\\,${width}\\,${across}):h=if(${usual}\\,${height}\\,${down})`;
}

/** The scale filter's input options, as far as they still describe what the file stores. */
function scaleInput(source: SourceInfo): string {
  if (source.hdr || source.colour.primaries === "bt2020") return "";
  const rgb = /^(rgb|bgr|gbr|argb|abgr|pal8|0rgb|0bgr|gray|ya|mono)/.test(source.pixelFormat);
  const range = source.colour.range ? `in_range=${source.colour.range}:` : "";
  return rgb ? range : `in_color_matrix=${matrixOf(source)}:${range}`;
}

/** The scale filter's name for the YCbCr matrix; if the file states none, the size decides, as in players. */
function matrixOf({ colour, width, height }: SourceInfo): string {
  switch (colour.matrix) {
    case "bt709":
    case "smpte240m":
    case "fcc":
      return colour.matrix;
    case "smpte170m":
    case "bt470bg":
      return "bt601";
    case "bt2020nc":
    case "bt2020c":
      return "bt2020";
    default:
      return Math.min(width, height) > 576 || Math.max(width, height) >= 1280 ? "bt709" : "bt601";
  }
}

function upright({ orientation: { mirrored, clockwise } }: SourceInfo): string[] {
  const turn = {
    0: [],
    90: ["transpose=clock"],
    180: ["hflip", "vflip"],
    270: ["transpose=cclock"],
  }[clockwise];
  return mirrored ? ["hflip", ...turn] : turn;
}

/**
 * Options before the input: automatic rotation is off, and a decoder that reads transparency is chosen if
 * there is one.
 */
export function decodeInput(source: SourceInfo, features: Features): string[] {
  const decoder = { vp8: "libvpx", vp9: "libvpx-vp9" }[source.codec];
  const transparent = source.alpha && decoder !== undefined && features.decoders.has(decoder);
  return ["-noautorotate", ...(transparent ? ["-c:v", decoder] : [])];
}
