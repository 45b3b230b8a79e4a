// @ts-check
/// <reference lib="dom" />

/** Captures a frame of a video element as JPEG. */

/** Longest side of the captured frame, in pixels; previews are dreamed smaller anyway. */
const longestSide = 1920;

/**
 * The current frame, or undefined if the browser cannot decode it.
 *
 * @param {HTMLVideoElement} video
 * @returns {Promise<Blob | undefined>}
 */
export async function currentFrame(video) {
  if (video.error || video.videoWidth === 0) return undefined;
  await seekEnd(video);
  const scale = Math.min(1, longestSide / Math.max(video.videoWidth, video.videoHeight));
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(video.videoWidth * scale);
  canvas.height = Math.round(video.videoHeight * scale);
  const context = canvas.getContext("2d");
  if (!context || video.readyState < HTMLMediaElement.HAVE_CURRENT_DATA) return undefined;
  context.drawImage(video, 0, 0, canvas.width, canvas.height);
  return await new Promise((resolve) =>
    canvas.toBlob((blob) => resolve(blob ?? undefined), "image/jpeg", 0.94)
  );
}

/**
 * Waits until the video has reached its seek position, three seconds at most.
 *
 * @param {HTMLVideoElement} video
 */
function seekEnd(video) {
  if (!video.seeking && video.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA) return;
  /** @type {Promise<void>} */
  const ended = new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      video.removeEventListener("seeked", done);
      video.removeEventListener("loadeddata", done);
      resolve();
    };
    const timer = setTimeout(done, 3000);
    video.addEventListener("seeked", done);
    video.addEventListener("loadeddata", done);
  });
  return ended;
}
