// @ts-check
/// <reference lib="dom" />

/**
 * An open camera.
 *
 * @typedef {object} OpenCamera
 * @property {MediaStream} stream
 * @property {string | undefined} deviceId
 * @property {boolean} facingUser whether it faces the person at the screen
 * @property {() => void} close
 */

/**
 * Opens a camera; the browser asks for permission.
 *
 * @param {string} [deviceId] defaults to the camera that faces the user, or any other
 * @param {() => void} [onEnded] called when the camera is unplugged or taken away
 * @returns {Promise<OpenCamera>}
 * @throws {Error} in plain words, if no camera can be opened
 */
export async function openCamera(deviceId, onEnded) {
  // Absent if the page was not loaded over HTTPS or from this machine.
  const devices = /** @type {MediaDevices | undefined} */ (navigator.mediaDevices);
  if (!devices?.getUserMedia) {
    throw new Error(
      "Browsers hand out the camera to pages over HTTPS and from this very machine only. " +
        "Open Reverie as localhost or behind HTTPS.",
    );
  }
  try {
    const which = deviceId ? { deviceId: { exact: deviceId } } : { facingMode: "user" };
    const size = { width: { ideal: 640 }, height: { ideal: 480 }, frameRate: { ideal: 30 } };
    const stream = await devices.getUserMedia({ audio: false, video: { ...which, ...size } });
    const track = /** @type {MediaStreamTrack} */ (stream.getVideoTracks()[0]);
    if (onEnded) track.addEventListener("ended", onEnded);
    const settings = track.getSettings();
    return {
      stream,
      deviceId: settings.deviceId,
      facingUser: settings.facingMode !== "environment",
      close: () => stream.getTracks().forEach((one) => one.stop()),
    };
  } catch (error) {
    throw new Error(plainWords(error), { cause: error });
  }
}

/** The available cameras, with names once permission has been granted. */
export async function listCameras() {
  const devices = await navigator.mediaDevices.enumerateDevices();
  return devices
    .filter(({ kind, deviceId }) => kind === "videoinput" && deviceId !== "")
    .map(({ deviceId, label }, index) => ({ deviceId, label: label || `Camera ${index + 1}` }));
}

/** @param {unknown} error */
function plainWords(error) {
  switch (error instanceof Error ? error.name : "") {
    case "NotAllowedError":
    case "SecurityError":
      return "The camera is not allowed here. Allow it by the sign in the address bar, then try again.";
    case "NotFoundError":
      return "No camera was found. Connect one, then try again.";
    case "NotReadableError":
    case "AbortError":
      return "The camera is in use by another program or does not answer. Close what uses it, then try again.";
    case "OverconstrainedError":
      return "This camera is not there any more. Choose another one.";
    default:
      return `The camera could not be opened: ${error instanceof Error ? error.message : String(error)}`;
  }
}
