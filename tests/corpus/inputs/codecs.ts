/** Codecs and pixel formats. */
import { ffmpeg } from "../ffmpeg.ts";
import { picture } from "../flash_and_beep.ts";
import type { Specimen } from "../specimen.ts";

/** File name, pixel format and encoder. */
const encoded: [name: string, pixels: string, ...encoder: string[]][] = [
  ["h264-10.mkv", "yuv420p10le", "libx264"],
  ["h264-422.mp4", "yuv422p", "libx264"],
  ["h264-444.mp4", "yuv444p", "libx264"],
  ["h264-full.mp4", "yuvj420p", "libx264"],
  ["h264-grey.mp4", "gray", "libx264"],
  ["h264-open-gop.mp4", "yuv420p", "libx264", "-x264-params", "open-gop=1:keyint=12:bframes=3"],
  ["h264-interlaced.mp4", "yuv420p", "libx264", "-flags", "+ilme+ildct"],
  ["hevc.mp4", "yuv420p", "libx265", "-x265-params", "log-level=error"],
  ["hevc-10.mp4", "yuv420p10le", "libx265", "-x265-params", "log-level=error"],
  ["av1.mp4", "yuv420p", "libaom-av1", "-cpu-used", "8", "-row-mt", "1"],
  ["vp9.webm", "yuv420p", "libvpx-vp9", "-cpu-used", "8", "-deadline", "realtime"],
  ["vp9-alpha.webm", "yuva420p", "libvpx-vp9", "-cpu-used", "8", "-deadline", "realtime"],
  ["prores-alpha.mov", "yuva444p10le", "prores_ks"],
  ["dnxhr.mov", "yuv422p", "dnxhd", "-profile:v", "dnxhr_sq", "-s", "256x192"],
  ["png.mov", "rgba", "png"],
  ["qtrle.mov", "argb", "qtrle"],
  ["mjpeg.avi", "yuvj422p", "mjpeg"],
  ["huffyuv.avi", "rgb24", "huffyuv"],
  ["raw.avi", "bgr24", "rawvideo"],
  ["msmpeg4.avi", "yuv420p", "msmpeg4v2"],
  ["cinepak.avi", "rgb24", "cinepak"],
  ["ffv1-16.mkv", "gray16le", "ffv1"],
  ["mpeg2-422.ts", "yuv422p", "mpeg2video"],
  ["raw.h264", "yuv420p", "libx264"],
  ["raw.m2v", "yuv420p", "mpeg2video"],
  ["raw.y4m", "yuv420p", "rawvideo"],
];

/** One clip of a second for each codec. */
export const codecs: Specimen[] = encoded.map(([name, pixels, encoder, ...options]) => ({
  name,
  oddity: `${encoder}, ${pixels}`,
  make: (path) => {
    const format = encoder === "rawvideo" && name.endsWith(".y4m") ? [] : ["-c:v", encoder!];
    return ffmpeg(...picture({ seconds: 1 }), "-pix_fmt", pixels, ...format, ...options, path);
  },
}));
