/** Demuxers of single pictures. */
const pictures = [
  "image2",
  "png_pipe",
  "jpeg_pipe",
  "jpegxl_pipe",
  "jpegls_pipe",
  "j2k_pipe",
  "bmp_pipe",
  "tiff_pipe",
  "webp_pipe",
  "ppm_pipe",
  "pgm_pipe",
  "pam_pipe",
  "psd_pipe",
  "qoi_pipe",
  "exr_pipe",
  "dds_pipe",
];

/** Demuxers of files that hold their own video. */
const videos =
  "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,flv,live_flv,mpegts,mpeg,mpegvideo,m4v,h264,hevc,av1," +
  "obu,ivf,asf,ogg,gif,apng,mjpeg,rm,mxf,nut,dv,wtv,yuv4mpegpipe,nsv,swf,avs2,dirac,vc1";

/** Demuxers of pure sound, allowed so that the error message can say what is wrong. */
const sounds = "mp3,wav,w64,flac,aac,aiff,ac3,eac3,dts,amr,au,ape,wv,tta,caf,mp2,opus";

/** Whether a container, by ffmpeg's name, holds a single picture. */
export function isPictureFormat(container: string): boolean {
  return pictures.includes(container);
}

/**
 * Options before an input given by the user: only files, and only containers that hold their own data.
 * Playlists and file lists would make ffmpeg read whatever they name.
 */
export const safeInput: readonly string[] = [
  "-protocol_whitelist",
  "file,pipe",
  "-format_whitelist",
  [...pictures, videos, sounds].join(","),
];

/**
 * Options with which ffmpeg looks further into a file to find out what its streams hold: by default, it gives
 * up after 5 s or 5 MB, and a stream that starts later has no size or no channels.
 */
export const lookFurther: readonly string[] = ["-analyzeduration", "60M", "-probesize", "200M"];

/**
 * Options before a source whose format is known. With its demuxer named, ffmpeg takes a `%` in the path
 * literally.
 */
export function sourceOptions(
  { path, container, startsLate = false }: { path: string; container: string; startsLate?: boolean },
): string[] {
  return [
    ...safeInput,
    ...(startsLate ? lookFurther : []),
    ...(path.includes("%") ? ["-f", container.split(",")[0]!] : []),
  ];
}
