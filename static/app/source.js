// @ts-check
/// <reference lib="dom" />

/**
 * The source of a dream: a file of the user's, the sample clip, or the source of an earlier dream.
 *
 * @import { Dream } from "./types.ts"
 *
 * @typedef {object} Source
 * @property {"file" | "sample" | "dream"} kind
 * @property {string} name
 * @property {string} url for a video element
 * @property {File} [file]
 * @property {Dream} [dream]
 */

/**
 * @param {File} file
 * @returns {Source}
 */
export function fileSource(file) {
  return { kind: "file", name: file.name || "pasted video", url: URL.createObjectURL(file), file };
}

/** @returns {Source} */
export function sampleSource() {
  return { kind: "sample", name: "Sample clip", url: "/sample.mp4" };
}

/**
 * @param {Dream} dream
 * @returns {Source}
 */
export function dreamSource(dream) {
  return { kind: "dream", name: dream.name, url: dream.links.source, dream };
}

/**
 * Releases the resources of a source.
 *
 * @param {Source | undefined} source
 */
export function forget(source) {
  if (source?.kind === "file") URL.revokeObjectURL(source.url);
}

/**
 * The first file of a drop or paste.
 *
 * @param {DataTransfer | null} transfer
 * @returns {File | undefined}
 */
export function fileFrom(transfer) {
  return transfer?.files[0];
}

/**
 * Why a file is certainly no usable video, found before the upload; doubtful files are left to the server.
 *
 * @param {File} file
 * @param {number} limit in bytes
 * @returns {string | undefined}
 */
export function objection(file, limit) {
  if (file.size === 0) return `“${file.name}” is empty.`;
  if (/^(image|text|audio)\//.test(file.type) && file.type !== "image/gif") {
    return `“${file.name}” is not a video. Choose an MP4, MOV, WebM or another video file.`;
  }
  if (file.size > limit) {
    return `“${file.name}” is too large: this server takes up to ${
      Math.floor(limit / 1e6).toLocaleString("en")
    } MB.`;
  }
  return undefined;
}
