import { join } from "node:path";
import { locate } from "../../pipeline/ffmpeg/locate.ts";
import { type SharedFile, sharedFile } from "../shared_data.ts";

/** A video of the shared data. */
export interface SharedClip extends SharedFile {
  name: string;
  /** Length of its video as counted by `ffprobe -count_frames`. */
  frames: number;
  width: number;
  height: number;
}

/** Every video of the shared data. */
export const sharedClips: readonly SharedClip[] = [
  { name: "highway.mp4", frames: 300, width: 640, height: 480 },
  { name: "mallard.mp4", frames: 300, width: 640, height: 480 },
  { name: "big_buck_bunny_432_433.webm", frames: 24, width: 1280, height: 720 },
  { name: "no_duration.webm", frames: 74, width: 1280, height: 720 },
  { name: "rotate-buck-bunny.mp4", frames: 45, width: 1080, height: 1920 },
  { name: "hdr10_pq_hevc_main10.mp4", frames: 90, width: 640, height: 480 },
  { name: "vfr_dropped_480x360.mp4", frames: 86, width: 480, height: 360 },
  { name: "odd_321x179_h264_444_aac.mp4", frames: 48, width: 321, height: 179 },
  { name: "interlaced_tff_h264_720x480_aac.mp4", frames: 48, width: 720, height: 480 },
].map((clip) => ({ ...clip, ...sharedClip(clip.name) }));

/** A clip of the shared data. */
export function sharedClip(name: string): SharedFile {
  return sharedFile(`clips/${name}`);
}

/** Runs a test in a temporary folder, which is removed with its contents. */
export async function inFolder(test: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "reverie-test-" });
  try {
    await test(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Runs ffmpeg; its arguments end with the path of the output, which is returned. */
export async function draw(...args: string[]): Promise<string> {
  const { path } = await locate("ffmpeg");
  const command = new Deno.Command(path, { args: ["-v", "error", "-y", ...args], stdin: "null" });
  const { success, stderr } = await command.output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  return args.at(-1)!;
}

/** A moving test card with a tone, as an MP4. */
export function drawCard(
  folder: string,
  { size = "96x64", rate = "25", seconds = 2, sound = true, options = [] as string[], name = "card.mp4" } =
    {},
): Promise<string> {
  const tone = ["-f", "lavfi", "-i", `sine=frequency=440:duration=${seconds}`, "-c:a", "aac"];
  return draw(
    ...["-f", "lavfi", "-i", `testsrc=size=${size}:rate=${rate}:duration=${seconds}`],
    ...(sound ? tone : []),
    ...["-pix_fmt", "yuv420p", "-c:v", "libx264", "-preset", "ultrafast", ...options, join(folder, name)],
  );
}

/** One colour per frame: red, green and blue (0 to 255) at the middle of the frame. */
export function middle({ width, height, rgb }: { width: number; height: number; rgb: Uint8Array }): number[] {
  const at = (Math.floor(height / 2) * width + Math.floor(width / 2)) * 3;
  return Array.from(rgb.subarray(at, at + 3));
}

/** Facts about a file from ffprobe, which counts its frames. */
export interface Counted {
  streams: {
    codec_type: string;
    codec_name: string;
    width?: number;
    height?: number;
    pix_fmt?: string;
    nb_read_frames: string;
    start_time: string;
    duration?: string;
    sample_aspect_ratio?: string;
    color_space?: string;
  }[];
  format: { start_time: string; duration: string; tags?: Record<string, string> };
}

/** Reads a whole file with ffprobe, independently of the code under test. */
export async function count(path: string): Promise<Counted> {
  const { path: program } = await locate("ffprobe");
  const args = ["-v", "error", "-count_frames", "-show_streams", "-show_format", "-of", "json", path];
  const { success, stdout, stderr } = await new Deno.Command(program, { args, stdin: "null" }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  return JSON.parse(new TextDecoder().decode(stdout));
}

/** The names in a folder, sorted. */
export function names(folder: string): string[] {
  return Array.from(Deno.readDirSync(folder), ({ name }) => name).sort();
}
