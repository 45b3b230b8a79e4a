import { resolve } from "node:path";
import { type Features, passTimestamps } from "../ffmpeg/features.ts";
import { mark } from "../output/made_here.ts";
import { displaySize } from "../display_size.ts";
import { chooseEncoder, type Container } from "./container.ts";
import type { EncodeOptions } from "./options.ts";

/** The ffmpeg options that encode one stream of frames, and where ffmpeg writes it. */
export interface EncoderArguments {
  options: string[];
  output: string;
  /** Folder to run ffmpeg in. */
  cwd?: string;
}

/** The sound to encode while frames are still arriving, if any. */
export type Sound = { channels: number } | undefined;

/**
 * Options for a stream on standard input (see `matroska.ts`), written to the partial file and, if requested,
 * to HLS.
 */
export function encoderArguments(
  options: EncodeOptions,
  container: Container,
  partial: string,
  sound: Sound,
  features: Features,
): EncoderArguments {
  const target = resolve(partial);
  const encoded = [
    // Time 0 is that of the source, not of the first frame. Packets are flushed to disk at once.
    ...["-copyts", "-fflags", "+flush_packets"],
    ...video(options, container, features),
    ...(sound ? audio(sound, container.audioEncoders, options, features) : []),
    ...Object.entries({ comment: mark, ...options.metadata }).flatMap((
      [key, value],
    ) => ["-metadata", `${key}=${value}`]),
  ];
  if (options.hls === undefined) {
    return { options: [...encoded, "-f", container.muxer, ...muxer(container, options)], output: target };
  }
  // ffmpeg would take a % in the folder's name for a number's place in the names of segments.
  const cwd = resolve(options.hls);
  const playlist = "index.m3u8";
  if (isH264(container)) return { ...toBoth(encoded, container, target, playlist), cwd };
  // HLS players need H.264, so it is encoded in addition to what the file holds.
  const second = [
    ...h264Video(options, features),
    ...(sound ? audio(sound, ["aac"], options, features) : []),
    ...["-f", "hls", ...Object.entries(hlsMuxer).flatMap(([key, value]) => [`-${key}`, value])],
  ];
  return {
    options: [...encoded, "-f", container.muxer, ...muxer(container, options), target, ...second],
    output: playlist,
    cwd,
  };
}

const hlsMuxer = {
  // Slightly less than the distance of key frames, so that rounding does not skip one.
  hls_time: "0.99",
  hls_playlist_type: "event",
  hls_segment_type: "fmp4",
  hls_flags: "independent_segments+temp_file",
} as const;

/** Fragments of one second keep the file playable however the run ends. */
const fragmented = {
  movflags: "frag_keyframe+delay_moov+default_base_moof",
  frag_duration: "1000000",
} as const;

function isH264(container: Container): boolean {
  return container.videoEncoders.includes("libx264");
}

/** One encoder for the file and for HLS. */
function toBoth(encoded: string[], container: Container, target: string, playlist: string): EncoderArguments {
  const slave = (name: string, options: Record<string, string>, path: string) => {
    const list = Object.entries({ f: name, ...options }).map(([key, value]) => `${key}=${value}`);
    return `[${list.join(":")}]${path.replaceAll(/[\\'|\s]/g, "\\$&")}`;
  };
  const file = slave(container.muxer, container.muxer === "mp4" ? fragmented : {}, target);
  return {
    // Otherwise ffmpeg 4 would shift all time stamps because the first one of the sound is negative.
    options: [...encoded, "-flags", "+global_header", "-avoid_negative_ts", "disabled", "-f", "tee"],
    output: `${file}|${slave("hls", hlsMuxer, playlist)}`,
  };
}

function muxer(container: Container, { frameRate, plays = 0 }: EncodeOptions): string[] {
  switch (container.muxer) {
    case "mp4":
      return Object.entries(fragmented).flatMap(([key, value]) => [`-${key}`, value]);
    case "gif":
      return [
        "-loop",
        gifLoop(plays),
        "-final_delay",
        String(Math.max(2, Math.round(100 * frameRate.den / frameRate.num))),
      ];
    case "image2":
      return ["-update", "1"];
    default:
      return [];
  }
}

/** The loop option of ffmpeg's GIF muxer: the times that a GIF is repeated, 0 for ever, -1 for not at all. */
function gifLoop(plays: number): string {
  return plays === 0 ? "0" : plays === 1 ? "-1" : String(plays - 1);
}

function video(options: EncodeOptions, container: Container, features: Features): string[] {
  const encoder = chooseEncoder(container.videoEncoders, features, options.path);
  if (isH264(container)) return h264Video(options, features);
  switch (encoder) {
    case "gif":
      return gifVideo(options, features);
    case "png":
      return ["-map", "0:v:0", "-frames:v", "1", "-c:v", "png", "-pix_fmt", "rgb24"];
    case "mjpeg":
      return [
        ...[
          "-map",
          "0:v:0",
          "-frames:v",
          "1",
          "-c:v",
          "mjpeg",
          "-q:v",
          jpegScale(options.quality),
          "-qmin",
          "1",
        ],
        ...[
          "-filter:v",
          "scale=out_color_matrix=bt601:out_range=pc:flags=bicubic+accurate_rnd+full_chroma_inp,format=yuvj444p",
        ],
      ];
    default:
      return [
        ...[
          "-map",
          "0:v:0",
          "-c:v",
          encoder,
          "-crf",
          vpxQuality(options.quality),
          "-b:v",
          encoder === "libvpx" ? "8M" : "0",
        ],
        ...["-deadline", "good", "-cpu-used", "5", ...(encoder === "libvpx" ? [] : ["-row-mt", "1"])],
        ...["-filter:v", yuvFilters(options, false, features), ...colourTags, ...timing(options, features)],
      ];
  }
}

/** The default quality, on x264's scale. */
const defaultQuality = 18;

/** Maps x264's scale (up to 51) to that of libvpx (up to 63). */
function vpxQuality(quality = defaultQuality): string {
  return String(Math.round(quality * 63 / 51));
}

/** JPEG's quantiser scale: 2 (visually lossless) up to the default quality, then rising to 31. */
function jpegScale(quality = defaultQuality): string {
  const worse = Math.max(0, quality - defaultQuality) / (51 - defaultQuality);
  return String(Math.round(2 + worse * 29));
}

function h264Video(options: EncodeOptions, features: Features): string[] {
  const encoder = chooseEncoder(["libx264", "libopenh264"], features, options.path);
  const quality = encoder === "libx264"
    ? ["-preset", "veryfast", "-crf", String(options.quality ?? defaultQuality)]
    : ["-b:v", String(Math.round(options.width * options.height * 8))];
  // HLS segments are cut at key frames: one a second after the last, and none in between.
  const keyFrames = options.hls === undefined ? [] : [
    "-force_key_frames",
    "expr:if(isnan(prev_forced_t),1,gte(t,prev_forced_t+0.999))",
    "-sc_threshold",
    "0",
  ];
  // A segment is closed before its last frame's successor is known: without this, that frame would last for
  // the nominal time, and the next one would be moved to its end.
  const lasting = options.hls !== undefined && features.libavcodec >= 59
    ? ["-bsf:v", "setts=pts=PTS:dts=DTS:duration=if(isnan(NEXT_PTS)\\,DURATION\\,NEXT_PTS-PTS)"]
    : [];
  // With B-frames, ffmpeg 4 ends an MP4 at the last frame decoded rather than the last shown.
  const noBFrames = options.hls !== undefined || features.libavcodec < 59 ? ["-bf", "0"] : [];
  // A segment is available as soon as its frames are: no lookahead, and threads work on the same frame.
  const prompt = options.hls !== undefined && encoder === "libx264" ? ["-tune", "zerolatency"] : [];
  return [
    ...["-map", "0:v:0", "-c:v", encoder, ...quality, ...prompt, ...keyFrames, ...noBFrames, ...lasting],
    ...["-filter:v", yuvFilters(options, true, features), ...colourTags, ...timing(options, features)],
  ];
}

const colourTags = [
  "-color_range",
  "tv",
  "-colorspace",
  "bt709",
  "-color_primaries",
  "bt709",
  "-color_trc",
  "bt709",
];

/**
 * Converts RGB to limited-range BT.709. Where sides must be even, an odd side repeats its last row or column.
 */
function yuvFilters(options: EncodeOptions, even: boolean, features: Features): string {
  const { width, height, sampleAspect = { num: 1, den: 1 } } = options;
  const [right, bottom] = even ? [width % 2, height % 2] : [0, 0];
  const pad = right || bottom ? ["format=gbrp", `pad=w=${width + right}:h=${height + bottom}`] : [];
  if (pad.length > 0 && features.filters.has("fillborders")) {
    pad.push(`fillborders=right=${right}:bottom=${bottom}:mode=smear`);
  }
  return [
    ...pad,
    "scale=out_color_matrix=bt709:out_range=tv:flags=bicubic+accurate_rnd+full_chroma_inp",
    "format=yuv420p",
    `setsar=sar=${sampleAspect.num}/${sampleAspect.den}:max=100000`,
  ].join(",");
}

/** One palette per frame: a palette for the whole video would require keeping all frames in memory. */
function gifVideo(options: EncodeOptions, features: Features): string[] {
  const { frameRate, width, height, sampleAspect = { num: 1, den: 1 } } = options;
  // Viewers slow down frames that are shown for less than two hundredths of a second.
  const fastest = frameRate.num / frameRate.den > 50 ? "fps=50," : "";
  // Viewers take the pixels of a GIF to be square.
  const square = displaySize({ width, height, sampleAspect });
  const wide = square.width !== width || square.height !== height;
  const scale = wide ? `scale=${square.width}:${square.height}:flags=bicubic,setsar=1,` : "";
  const palette = "palettegen=stats_mode=single[palette]";
  const graph =
    `[0:v:0]${fastest}${scale}split[a][b];[a]${palette};[b][palette]paletteuse=new=1:dither=sierra2_4a[out]`;
  return [
    "-filter_complex",
    graph,
    "-map",
    "[out]",
    "-c:v",
    "gif",
    "-enc_time_base",
    "1:100",
    ...passTimestamps(features),
  ];
}

/** A time base fine enough for any rate, in which the nominal frame rate is exact. */
function timing({ frameRate }: EncodeOptions, features: Features): string[] {
  const ticks = frameRate.num * Math.ceil(90000 / frameRate.num);
  return ["-enc_time_base", `1:${ticks}`, ...passTimestamps(features)];
}

function audio(
  { channels }: NonNullable<Sound>,
  encoders: readonly string[],
  { path }: EncodeOptions,
  features: Features,
): string[] {
  const rate = channels === 1 ? 96 : Math.min(80 * channels, 400);
  return ["-map", "0:a:0", "-c:a", chooseEncoder(encoders, features, path), "-b:a", `${rate}k`];
}
