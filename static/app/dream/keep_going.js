// @ts-check
/// <reference lib="dom" />

/** Buffered seconds that are worth playing, and milliseconds in which the browser may resume by itself. */
const enough = 0.5;
const patience = 400;

/**
 * Seconds buffered beyond the current position.
 *
 * @param {HTMLVideoElement} video
 */
export function secondsAhead({ buffered, currentTime }) {
  for (let range = 0; range < buffered.length; range++) {
    const end = buffered.end(range);
    if (buffered.start(range) <= currentTime + 0.1 && end >= currentTime) return end - currentTime;
  }
  return 0;
}

/**
 * Whether a video wants to play and cannot.
 *
 * @param {HTMLVideoElement} video
 */
export function starving({ paused, ended, seeking, readyState }) {
  return !paused && !ended && !seeking && readyState < HTMLMediaElement.HAVE_FUTURE_DATA;
}

/**
 * Resumes a video that ran out of data as soon as there is more. Browsers wait for a longer buffer each time
 * they run dry; a small seek resets that.
 *
 * @param {HTMLVideoElement} video
 */
export function keepGoing(video) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  video.addEventListener("progress", () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      if (starving(video) && secondsAhead(video) >= enough) video.currentTime += 0.01;
    }, patience);
  });
}
