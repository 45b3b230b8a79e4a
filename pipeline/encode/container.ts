import { ReverieError } from "../../models/errors.ts";
import { line } from "../../models/line.ts";
import type { Features } from "../ffmpeg/features.ts";

/** The kind of an output file, determined by its extension. */
export interface Container {
  kind: "video" | "picture";
  /** ffmpeg's name of the muxer. */
  muxer: string;
  /** Picture encoders, best first. */
  videoEncoders: readonly string[];
  /** Sound encoders, best first; empty if the container has no sound. */
  audioEncoders: readonly string[];
  /** Whether the container can hold sound of this codec unchanged. */
  copies: (codec: string) => boolean;
  /** Whether both sides must be even, because colour is stored at half resolution. */
  even: boolean;
}

const h264 = ["libx264", "libopenh264"];
const silent = { audioEncoders: [], copies: () => false, even: false } as const;
const jpeg: Container = { kind: "picture", muxer: "image2", videoEncoders: ["mjpeg"], ...silent };

const containers: Readonly<Record<string, Container>> = {
  mp4: {
    kind: "video",
    muxer: "mp4",
    videoEncoders: h264,
    audioEncoders: ["aac"],
    copies: (codec) => ["aac", "mp3", "ac3", "eac3", "alac"].includes(codec),
    even: true,
  },
  mkv: {
    kind: "video",
    muxer: "matroska",
    videoEncoders: h264,
    audioEncoders: ["aac"],
    copies: (codec) => /^(aac|mp[123]|e?ac3|alac|flac|opus|vorbis|dts|truehd|pcm_[sf]\d+le)$/.test(codec),
    even: true,
  },
  webm: {
    kind: "video",
    muxer: "webm",
    videoEncoders: ["libvpx-vp9", "libvpx"],
    audioEncoders: ["libopus", "libvorbis"],
    copies: (codec) => ["opus", "vorbis"].includes(codec),
    even: false,
  },
  gif: { kind: "video", muxer: "gif", videoEncoders: ["gif"], ...silent },
  png: { kind: "picture", muxer: "image2", videoEncoders: ["png"], ...silent },
  jpg: jpeg,
  jpeg,
};

/** The extension of a path in lower case, without the dot; empty if there is none. */
export function extensionOf(path: string): string {
  return /[^/\\]\.([^./\\]+)$/.exec(path)?.[1]?.toLowerCase() ?? "";
}

/**
 * The container for an output path.
 *
 * @throws {ReverieError} if the extension is not one that can be written
 */
export function containerOf(path: string): Container {
  const container = containers[extensionOf(path)];
  if (container) return container;
  throw new ReverieError("output_unusable", line`${{ path }} cannot be written`, {
    advice: ["give a name that ends in .mp4, .mkv, .webm, .gif, .png or .jpg"],
  });
}

/**
 * The first of the wanted encoders that an ffmpeg has.
 *
 * @throws {ReverieError} if it has none of them
 */
export function chooseEncoder(wanted: readonly string[], features: Features, path: string): string {
  const encoder = wanted.find((name) => features.encoders.has(name));
  if (encoder) return encoder;
  throw new ReverieError(
    "ffmpeg_unusable",
    line`${{ path }} cannot be written: this ffmpeg lacks the encoder ${wanted[0]!}`,
    { advice: ["install a full build"] },
  );
}
