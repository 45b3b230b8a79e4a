/** Containers, with sound and picture starting together or one of them late. */
import { ffmpeg } from "../ffmpeg.ts";
import { picture, sound } from "../flash_and_beep.ts";
import type { Specimen } from "../specimen.ts";

/** How late the later stream starts, in seconds. */
const lateSeconds = 0.7;

/** Encoders that each container usually holds. */
const encoders: Record<string, string[]> = {
  mp4: ["-c:v", "libx264", "-c:a", "aac"],
  mov: ["-c:v", "prores_ks", "-c:a", "pcm_s16le"],
  mkv: ["-c:v", "ffv1", "-c:a", "flac"],
  webm: ["-c:v", "libvpx", "-c:a", "libopus"],
  ts: ["-c:v", "libx264", "-c:a", "aac"],
  vob: ["-c:v", "mpeg2video", "-c:a", "ac3"],
  mpg: ["-c:v", "mpeg1video", "-c:a", "mp2"],
  flv: ["-c:v", "flv1", "-c:a", "libmp3lame", "-ar", "44100"],
  avi: ["-c:v", "mpeg4", "-bf", "2", "-c:a", "libmp3lame"],
  "3gp": ["-c:v", "h263", "-s", "128x96", "-c:a", "aac"],
  ogv: ["-c:v", "libtheora", "-c:a", "libvorbis"],
  wmv: ["-c:v", "wmv2", "-c:a", "wmav2"],
  nut: ["-c:v", "libx264", "-c:a", "pcm_s16le"],
};

const starts = {
  "both start together": { picture: 0, sound: 0 },
  "sound 0.7 s late": { picture: 0, sound: lateSeconds },
  "picture 0.7 s late": { picture: lateSeconds, sound: 0 },
};

/** Every container with every start. */
export const containers: Specimen[] = Object.entries(encoders).flatMap(([extension, codecs]) =>
  Object.entries(starts).map(([oddity, late], index) => ({
    name: `start-${index}.${extension}`,
    oddity,
    make: (path) =>
      ffmpeg(
        ...["-itsoffset", `${late.picture}`, ...picture(), "-itsoffset", `${late.sound}`, ...sound()],
        ...["-map", "0", "-map", "1", "-pix_fmt", "yuv420p", ...codecs, path],
      ),
    // The flash and the beep have the same time within their streams.
    differs: { lag: late.sound - late.picture },
  }))
);
