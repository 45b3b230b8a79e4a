// @ts-check
/// <reference lib="dom" />

/**
 * @import Hls from "hls.js"
 * @import { HlsConfig } from "hls.js"
 */

/** Milliseconds before a failed playlist request is repeated. */
const again = 2000;

/** The server holds a playlist request for up to a minute, until the first segment exists. */
const patient = {
  default: {
    maxTimeToFirstByteMs: 75_000,
    maxLoadTimeMs: 90_000,
    timeoutRetry: { maxNumRetry: 20, retryDelayMs: 1000, maxRetryDelayMs: 8000 },
    errorRetry: { maxNumRetry: 20, retryDelayMs: 1000, maxRetryDelayMs: 8000 },
  },
};

/** @type {Partial<HlsConfig>} */
const config = {
  // From the beginning, although a growing playlist looks like a live one.
  startPosition: 0,
  lowLatencyMode: false,
  liveDurationInfinity: false,
  maxBufferLength: 60,
  backBufferLength: 120,
  enableWorker: false,
  manifestLoadPolicy: patient,
  playlistLoadPolicy: patient,
};

/**
 * Plays an HLS playlist, which may still grow, from its start. Native playback is used only where hls.js does
 * not run: other browsers claim to support HLS and then fail on a growing playlist.
 *
 * @param {HTMLVideoElement} video
 * @param {string} address
 * @param {AbortSignal} signal stops the playback
 * @param {(message: string) => void} onFailure
 */
export async function attachHls(video, address, signal, onFailure) {
  // Not a literal, since no such file exists: the server takes it from the package.
  const module = "/vendor/hls.mjs";
  /** @type {{ default: typeof Hls }} */
  const { default: Player } = await import(module);
  if (signal.aborted) return;
  if (Player.isSupported()) return playByHls(Player, video, address, signal, onFailure);
  if (video.canPlayType("application/vnd.apple.mpegurl") === "") {
    return onFailure(
      "This browser cannot play the video while it grows. It can be downloaded once it is done.",
    );
  }
  video.src = address;
  signal.addEventListener("abort", () => video.removeAttribute("src"));
}

/**
 * @param {typeof Hls} Player
 * @param {HTMLVideoElement} video
 * @param {string} address
 * @param {AbortSignal} signal
 * @param {(message: string) => void} onFailure
 */
function playByHls(Player, video, address, signal, onFailure) {
  const player = new Player(config);
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  let recovered = 0;
  player.on(Player.Events.ERROR, (_, { fatal, type, details }) => {
    if (!fatal) return;
    if (type === Player.ErrorTypes.MEDIA_ERROR && recovered++ < 3) return player.recoverMediaError();
    if (type !== Player.ErrorTypes.NETWORK_ERROR) {
      return onFailure("This browser could not play the video. It can be downloaded once it is done.");
    }
    clearTimeout(timer);
    timer = setTimeout(() => {
      if (details === Player.ErrorDetails.MANIFEST_LOAD_ERROR) player.loadSource(address);
      else player.startLoad();
    }, again);
  });
  player.loadSource(address);
  player.attachMedia(video);
  addEventListener("online", () => player.startLoad(), { signal });
  signal.addEventListener("abort", () => {
    clearTimeout(timer);
    player.destroy();
  });
}
