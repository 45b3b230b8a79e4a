// @ts-check
/// <reference lib="dom" />

/** Seconds apart that nobody sees, and those that are jumped over rather than made up for. */
const unseen = 0.02;
const jump = 0.3;

/**
 * Lets a video follow another, always so many seconds further on. Small differences are made up for by its speed.
 *
 * @param {HTMLVideoElement} leader
 * @param {HTMLVideoElement} follower
 * @param {number} offset seconds
 * @returns {() => void} ends it
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
    // Refused only where the page is being left.
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
