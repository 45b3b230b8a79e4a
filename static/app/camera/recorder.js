// @ts-check
/// <reference lib="dom" />

/** In order of preference; types that the browser cannot write are skipped. */
const types = ["video/mp4;codecs=avc1", "video/mp4", "video/webm;codecs=vp9", "video/webm"];

/** Whether this browser can record a canvas. */
export function canRecord() {
  return "MediaRecorder" in globalThis && recordingType() !== undefined;
}

function recordingType() {
  return types.find((type) => MediaRecorder.isTypeSupported(type));
}

/**
 * Records a canvas. The returned function stops recording and resolves with the video.
 *
 * @param {HTMLCanvasElement} canvas
 * @returns {() => Promise<Blob>}
 */
export function record(canvas) {
  const stream = canvas.captureStream();
  const mimeType = recordingType();
  const recorder = new MediaRecorder(stream, {
    ...(mimeType && { mimeType }),
    videoBitsPerSecond: 8_000_000,
  });
  /** @type {Blob[]} */
  const parts = [];
  recorder.addEventListener("dataavailable", ({ data }) => parts.push(data));
  recorder.start(1000);
  return () =>
    new Promise((resolve) => {
      recorder.addEventListener("stop", () => {
        stream.getTracks().forEach((track) => track.stop());
        resolve(new Blob(parts, { type: recorder.mimeType }));
      });
      recorder.stop();
    });
}

/**
 * Saves a file to the browser's downloads.
 *
 * @param {Blob} blob
 * @param {string} name without its extension
 */
export function save(blob, name) {
  const ending = /^\w+\/(\w+)/.exec(blob.type)?.[1]?.replace("jpeg", "jpg") ?? "bin";
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = `${name}.${ending}`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
