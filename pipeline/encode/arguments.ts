import { join, resolve } from "node:path";
import { type Features, passTimestamps } from "../ffmpeg/features.ts";
import { chooseEncoder, type Container } from "./container.ts";
import type { EncodeOptions } from "./options.ts";

/** The options of ffmpeg that encode one stream of frames, and where it writes. */
export interface EncoderArguments {
  options: string[];
  output: string;
}

/** How the sound is stored while frames are still coming, if there is any. */
export type Sound = { channels: number } | undefined;

/** Options for a stream on standard input (see `matroska.ts`), written to the partial file and to HLS if asked for. */
export function encoderArguments(
  options: EncodeOptions,
  container: Container,
  partial: string,
  sound: Sound,
  features: Features,
): EncoderArguments {
  const target = resolve(partial);
  const encoded = [
    // Time 0 is the source's, not the first frame's. What is written is on the disk, not in a buffer.
    ...["-copyts", "-fflags", "+flush_packets"],
    ...video(options, container, features),
    ...(sound ? audio(sound, container.audioEncoders, options, features) : []),
    ...Object.entries(options.metadata ?? {}).flatMap(([key, value]) => ["-metadata", `${key}=${value}`]),
  ];
  if (options.hls === undefined) {
    return { options: [...encoded, "-f", container.muxer, ...muxer(container, options)], output: target };
  }
  const playlist = resolve(join(options.hls, "index.m3u8"));
  if (isH264(container)) return toBoth(encoded, container, target, playlist);
  // Players of HLS want H.264, so that it is encoded beside what the file holds.
  const second = [
    ...h264Video(options, features),
    ...(sound ? audio(sound, ["aac"], options, features) : []),
    ...["-f", "hls", ...Object.entries(hlsMuxer).flatMap(([key, value]) => [`-${key}`, value])],
  ];
  return {
    options: [...encoded, "-f", container.muxer, ...muxer(container, options), target, ...second],
    output: playlist,
  };
}

const hlsMuxer = {
  hls_time: "1",
  hls_playlist_type: "event",
  hls_segment_type: "fmp4",
  hls_flags: "independent_segments+temp_file",
} as const;

/** Fragments of a second make a file that is playable however its making ends. */
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
    // ffmpeg 4 would move all time stamps for the sake of the sound's first, negative one.
    options: [...encoded, "-flags", "+global_header", "-avoid_negative_ts", "disabled", "-f", "tee"],
    output: `${file}|${slave("hls", hlsMuxer, playlist)}`,
  };
}

function muxer(container: Container, { frameRate }: EncodeOptions): string[] {
  switch (container.muxer) {
    case "mp4":
      return Object.entries(fragmented).flatMap(([key, value]) => [`-${key}`, value]);
    case "gif":
      return [
        "-loop",
        "0",
        "-final_delay",
        String(Math.max(2, Math.round(100 * frameRate.den / frameRate.num))),
      ];
    case "image2":
      return ["-update", "1"];
    default:
      return [];
  }
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

/** x264's default is good for everything here. */
const defaultQuality = 18;

/** libvpx has x264's scale stretched to 63. */
function vpxQuality(quality = defaultQuality): string {
  return String(Math.round(quality * 63 / 51));
}

/** JPEG's quantiser scale: 2, which nobody can tell from the original, up to the default, then on to 31. */
function jpegScale(quality = defaultQuality): string {
  const worse = Math.max(0, quality - defaultQuality) / (51 - defaultQuality);
  return String(Math.round(2 + worse * 29));
}

function h264Video(options: EncodeOptions, features: Features): string[] {
  const encoder = chooseEncoder(["libx264", "libopenh264"], features, options.path);
  const quality = encoder === "libx264"
    ? ["-preset", "veryfast", "-crf", String(options.quality ?? defaultQuality)]
    : ["-b:v", String(Math.round(options.width * options.height * 8))];
  // HLS is cut at key frames, one each second and none between.
  const keyFrames = options.hls === undefined
    ? []
    : ["-force_key_frames", "expr:gte(t,n_forced*1)", "-sc_threshold", "0"];
  // With B-frames ffmpeg 4 takes an MP4 to end with the last frame decoded, not the last shown.
  const noBFrames = options.hls !== undefined || features.libavcodec < 59 ? ["-bf", "0"] : [];
  // A segment is there once its frames are: nothing is looked ahead at, and threads share a frame.
  const prompt = options.hls !== undefined && encoder === "libx264" ? ["-tune", "zerolatency"] : [];
  return [
    ...["-map", "0:v:0", "-c:v", encoder, ...quality, ...prompt, ...keyFrames, ...noBFrames],
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

/** RGB to BT.709 in limited range; odd sides get their last row or column twice where they have to be even. */
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

/** A palette for every frame: one for the whole would keep all of them in memory. */
function gifVideo({ frameRate }: EncodeOptions, features: Features): string[] {
  // Viewers slow down what is shown for less than two hundredths of a second.
  const fastest = frameRate.num / frameRate.den > 50 ? "fps=50," : "";
  const palette = "palettegen=stats_mode=single[palette]";
  const graph =
    `[0:v:0]${fastest}split[a][b];[a]${palette};[b][palette]paletteuse=new=1:dither=sierra2_4a[out]`;
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

/** Ticks fine enough for any rate, in which the nominal rate is a whole number. */
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
