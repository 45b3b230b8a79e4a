// @ts-check
/// <reference lib="dom" />

/** Seconds of difference that nobody notices, and those that are bridged by a seek instead of by speed. */
const unseen = 0.02;
const jump = 0.3;

/**
 * Keeps a video in step with another, a fixed number of seconds ahead. Small differences are corrected by its
 * speed.
 *
 * @param {HTMLVideoElement} leader
 * @param {HTMLVideoElement} follower
 * @param {number} offset seconds
 * @returns {() => void} stops it
 */
export function keepTogether(leader, follower, offset) {
  const over = new AbortController();
  const { signal } = over;
  let request = 0;

  const meet = () => {
    if (follower.readyState === HTMLMediaElement.HAVE_NOTHING) return;
    const target = leader.currentTime + offset;
    if (Math.abs(follower.currentTime - target) > 1e-3) follower.currentTime = target;
  };

  const step = () => {
    const apart = leader.currentTime + offset - follower.currentTime;
    if (Math.abs(apart) > jump) meet();
    else follower.playbackRate = leader.playbackRate * (Math.abs(apart) < unseen ? 1 : 1 + apart);
    request = requestAnimationFrame(step);
  };

  const stop = () => {
    cancelAnimationFrame(request);
    follower.pause();
    meet();
  };

  const start = () => {
    cancelAnimationFrame(request);
    // Fails only while the page is being left.
    follower.play().catch(() => {});
    request = requestAnimationFrame(step);
  };

  for (const type of ["pause", "waiting", "ended"]) leader.addEventListener(type, stop, { signal });
  for (const type of ["seeking", "seeked", "loadedmetadata"]) leader.addEventListener(type, meet, { signal });
  leader.addEventListener("playing", start, { signal });
  follower.addEventListener("loadedmetadata", meet, { signal });
  signal.addEventListener("abort", () => cancelAnimationFrame(request));
  return () => over.abort();
}
