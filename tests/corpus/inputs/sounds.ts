/** Kinds of sound beside one picture. */
import { ffmpeg } from "../ffmpeg.ts";
import { picture, sound } from "../flash_and_beep.ts";
import type { Specimen } from "../specimen.ts";

const h264 = ["-c:v", "libx264", "-pix_fmt", "yuv420p"];

/** File name, sampling rate, channels and encoder. */
const encoded: [name: string, rate: number, channels: number, ...encoder: string[]][] = [
  ["mono-8khz.mp4", 8000, 1, "aac"],
  ["surround.mp4", 48000, 6, "aac"],
  ["surround.mkv", 48000, 6, "ac3"],
  ["eight-channels.mkv", 48000, 8, "flac"],
  ["studio.mkv", 192000, 2, "pcm_s24le"],
  ["float.mkv", 44100, 2, "pcm_f32le"],
  ["eac3.mkv", 48000, 2, "eac3"],
  ["alac.mov", 44100, 2, "alac"],
  ["adpcm.avi", 44100, 2, "adpcm_ms"],
  ["mulaw.avi", 8000, 1, "pcm_mulaw"],
  ["opus.mp4", 48000, 2, "libopus"],
];

/** Clips of {@link encoded} sound, and clips with two sounds, none, or one of another length. */
export const sounds: Specimen[] = [
  ...encoded.map(([name, rate, channels, encoder, ...options]): Specimen => ({
    name: `sound-${name}`,
    oddity: `${encoder}, ${rate} Hz, ${channels} channels`,
    make: (path) =>
      ffmpeg(...picture(), ...sound({ rate, channels }), ...h264, "-c:a", encoder!, ...options, path),
  })),
  {
    name: "silent.mp4",
    oddity: "no sound",
    make: (path) => ffmpeg(...picture({ seconds: 1 }), ...h264, path),
  },
  {
    name: "short-sound.mp4",
    oddity: "sound of 2.6 s beside a picture of 4 s",
    make: (path) => ffmpeg(...picture(), ...sound({ seconds: 2.6 }), ...h264, path),
  },
  {
    name: "long-sound.mp4",
    oddity: "sound of 8 s beside a picture of 4 s",
    make: (path) => ffmpeg(...picture(), ...sound({ seconds: 8 }), ...h264, path),
  },
  {
    name: "two-sounds.mkv",
    oddity: "two sounds, the second one marked default",
    make: (path) =>
      ffmpeg(
        ...["-f", "lavfi", "-i", "anullsrc=d=4", ...sound(), ...picture()],
        ...["-map", "2", "-map", "0", "-map", "1", ...h264],
        ...["-disposition:a:0", "0", "-disposition:a:1", "default", path],
      ),
    // Only the second one beeps.
    differs: { lag: 0, sounds: 1 },
    says: /sound/i,
  },
];
