/** Media types of the server's files, by file name. */

/** Files of the page; files with other extensions are not served. */
const pageTypes: Record<string, string> = {
  html: "text/html; charset=utf-8",
  css: "text/css; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  mjs: "text/javascript; charset=utf-8",
  json: "application/json; charset=utf-8",
  webmanifest: "application/manifest+json",
  svg: "image/svg+xml",
  png: "image/png",
  jpg: "image/jpeg",
  webp: "image/webp",
  avif: "image/avif",
  ico: "image/x-icon",
  woff2: "font/woff2",
  txt: "text/plain; charset=utf-8",
  mp4: "video/mp4",
};

/** Video formats that people upload. */
const videoTypes: Record<string, string> = {
  mp4: "video/mp4",
  m4v: "video/mp4",
  mov: "video/quicktime",
  mkv: "video/x-matroska",
  webm: "video/webm",
  avi: "video/x-msvideo",
  mpg: "video/mpeg",
  mpeg: "video/mpeg",
  ts: "video/mp2t",
  m2ts: "video/mp2t",
  ogv: "video/ogg",
  wmv: "video/x-ms-wmv",
  flv: "video/x-flv",
  "3gp": "video/3gpp",
  gif: "image/gif",
};

/** Files of an HLS stream (RFC 8216, section 4, and ISO/IEC 14496-12). */
const hlsTypes: Record<string, string> = {
  m3u8: "application/vnd.apple.mpegurl",
  m4s: "video/iso.segment",
  mp4: "video/mp4",
};

/** Returns the media type of a page file; undefined for any other file. */
export function pageType(name: string): string | undefined {
  return pageTypes[extension(name)];
}

/** Returns the media type of a file in an HLS folder; undefined for any other file. */
export function hlsType(name: string): string | undefined {
  return hlsTypes[extension(name)];
}

/**
 * Returns the media type of an upload by its name. Anything not known as a video is plain bytes, never a page
 * or a script.
 */
export function videoType(name: string): string {
  return videoTypes[extension(name)] ?? "application/octet-stream";
}

function extension(name: string): string {
  return /\.([a-z0-9]+)$/i.exec(name)?.[1]?.toLowerCase() ?? "";
}
