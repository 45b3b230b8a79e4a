// @ts-check
/// <reference lib="dom" />

/**
 * Sends a video to the server: by resumable tus if possible, otherwise in one request.
 *
 * @import { Request as Wish } from "./types.ts"
 *
 * @typedef {object} UploadHooks
 * @property {(sent: number, total: number) => void} progress
 * @property {(waiting: boolean) => void} connection called when the connection is lost and when it is back
 *
 * @typedef {object} TusAnswer
 * @property {(name: string) => string | undefined} getHeader
 * @property {() => number} getStatus
 * @property {() => string} getBody
 *
 * @typedef {Error & { originalResponse?: TusAnswer | null }} TusError
 */
import { ApiError, errorFrom, fieldsOf, listDreams } from "./api.js";
import { loadTus } from "./tus.js";

/** Delays between retries, in milliseconds: about ten minutes in all. */
const patience = [0, 500, 1000, 2000, ...Array.from({ length: 120 }, () => 5000)];

/** Bytes per request: small enough to lose little, large enough to be fast. */
const chunkSize = 16 * 1024 * 1024;

/**
 * Uploads a file to be dreamed and resolves with the dream's id. An aborted signal stops it, with the
 * signal's reason.
 *
 * @param {File} file
 * @param {Wish} wish
 * @param {UploadHooks} hooks
 * @param {AbortSignal} signal
 * @returns {Promise<string>}
 */
export async function upload(file, wish, hooks, signal) {
  const tus = await loadTus();
  signal.throwIfAborted();
  if (!tus?.isSupported) return await sendWhole(file, wish, hooks, signal);
  try {
    return await sendInParts(tus, file, wish, hooks, signal);
  } catch (error) {
    if (error instanceof ApiError && (error.status === 404 || error.status === 405)) {
      return await sendWhole(file, wish, hooks, signal);
    }
    throw error;
  }
}

/**
 * @param {NonNullable<Awaited<ReturnType<typeof loadTus>>>} tus
 * @param {File} file
 * @param {Wish} wish
 * @param {UploadHooks} hooks
 * @param {AbortSignal} signal
 * @returns {Promise<string>}
 */
async function sendInParts(tus, file, wish, hooks, signal) {
  const begun = Date.now();
  const fields = fieldsOf(wish);
  /** @type {{ promise: Promise<string | undefined>, resolve: (id?: string) => void, reject: (error: unknown) => void }} */
  const { promise, resolve, reject } = Promise.withResolvers();
  const transfer = new tus.Upload(file, {
    endpoint: "/files",
    chunkSize,
    retryDelays: patience,
    removeFingerprintOnSuccess: true,
    metadata: { filename: file.name, filetype: file.type, ...fields },
    // The settings travel with the first request, so only an upload with the same settings can be resumed.
    fingerprint: () =>
      Promise.resolve(JSON.stringify(["reverie", file.name, file.size, file.lastModified, fields])),
    onProgress: (/** @type {number} */ sent, /** @type {number} */ total) => {
      hooks.connection(false);
      hooks.progress(sent, total);
    },
    onShouldRetry: (/** @type {TusError} */ error) => {
      const status = error.originalResponse?.getStatus() ?? 0;
      // The server's own refusals are final; a lost connection, a lock or a proxy's error is not.
      const again = status === 0 || status === 423 || status === 409 || status === 502 || status === 504;
      if (again) hooks.connection(true);
      return again;
    },
    onError: (/** @type {TusError} */ error) => reject(plainly(error)),
    onSuccess: (/** @type {{ lastResponse?: TusAnswer }} */ { lastResponse } = {}) =>
      resolve(lastResponse?.getHeader("Reverie-Dream") ?? undefined),
  });
  const stop = () => {
    // A cancelled upload is deleted on the server; one that was merely left may be resumed.
    transfer.abort(signal.reason?.name === "AbortError").catch(() => {});
    reject(signal.reason);
  };
  // Back online: retries at once instead of after the next delay.
  const online = () => {
    transfer.abort().then(() => transfer.start());
  };
  signal.addEventListener("abort", stop, { once: true });
  addEventListener("online", online);
  try {
    const [earlier] = await transfer.findPreviousUploads();
    if (earlier) transfer.resumeFromPreviousUpload(earlier);
    transfer.start();
    return await promise ?? await newest(file.name, begun);
  } finally {
    signal.removeEventListener("abort", stop);
    removeEventListener("online", online);
  }
}

/**
 * The dream that an upload became, if the response with its id was lost.
 *
 * @param {string} name
 * @param {number} begun
 */
async function newest(name, begun) {
  const dreams = await listDreams();
  const found = dreams.find((dream) => dream.name === name && Date.parse(dream.created) >= begun - 5000);
  if (found) return found.id;
  throw new ApiError(0, { message: "The upload is finished, but the server did not say what became of it." });
}

/**
 * @param {TusError} error
 * @returns {Error}
 */
function plainly(error) {
  const answer = error.originalResponse;
  return errorFrom(answer?.getStatus() ?? 0, answer?.getBody() ?? "");
}

/**
 * @param {File} file
 * @param {Wish} wish
 * @param {UploadHooks} hooks
 * @param {AbortSignal} signal
 * @returns {Promise<string>}
 */
function sendWhole(file, wish, hooks, signal) {
  // fetch does not report upload progress.
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const stop = () => {
      request.abort();
      reject(signal.reason);
    };
    request.open("PUT", `/api/dreams?${new URLSearchParams(fieldsOf({ name: file.name, ...wish }))}`);
    request.upload.addEventListener("progress", ({ loaded }) => hooks.progress(loaded, file.size));
    request.addEventListener("error", () => reject(errorFrom(0, "")));
    request.addEventListener("load", () => {
      if (request.status === 201) resolve(JSON.parse(request.responseText).id);
      else reject(errorFrom(request.status, request.responseText));
    });
    request.addEventListener("loadend", () => signal.removeEventListener("abort", stop));
    signal.addEventListener("abort", stop, { once: true });
    request.send(file);
  });
}
