// @ts-check
/// <reference lib="dom" />

import { element } from "../element.js";
import { title } from "../preset_picker.js";

/** @import { Settings } from "../types.ts" */

/** Longest sides, in pixels, at which camera frames are dreamed, smallest and fastest first. */
const details = [
  { size: 160, name: "Quickest" },
  { size: 224, name: "Quick" },
  { size: 320, name: "Balanced" },
  { size: 448, name: "Fine" },
];

/**
 * The choices beside the sliders: look, detail, camera, mirror.
 *
 * @param {Settings} settings
 * @param {{ onSession: () => void, onCamera: () => void, onMirror: () => void }} hooks onSession: the session
 *   must restart
 */
export function createCameraOptions({ presets }, { onSession, onCamera, onMirror }) {
  const look = select(
    "camera-look",
    [["", "Reverie"], ...presets.map(({ name }) => [name, title(name)])],
    onSession,
  );
  const detail = select(
    "camera-detail",
    details.map(({ size, name }) => [String(size), `${name}, ${size} pixels`]),
    onSession,
  );
  const device = select("camera-device", [], onCamera);
  const mirror = element("input", {
    class: "checkbox",
    type: "checkbox",
    id: "camera-mirror",
    onchange: onMirror,
  });
  const deviceField = field("Camera", device);
  look.value = presets.some(({ name }) => name === "fast") ? "fast" : "";
  detail.value = "224";
  deviceField.hidden = true;

  return {
    element: element(
      "div",
      { class: "camera-options" },
      field("Look", look),
      field("Detail", detail),
      deviceField,
      element("label", { class: "setting-switch", for: "camera-mirror" }, mirror, "Mirror the picture"),
    ),
    /** @returns {string | undefined} */
    get preset() {
      return look.value || undefined;
    },
    get imageSize() {
      return Number(detail.value);
    },
    /** @returns {string | undefined} */
    get deviceId() {
      return device.value || undefined;
    },
    get mirrored() {
      return mirror.checked;
    },
    set mirrored(on) {
      mirror.checked = on;
    },
    /**
     * @param {{ deviceId: string, label: string }[]} cameras
     * @param {string | undefined} current
     */
    showCameras(cameras, current) {
      device.replaceChildren(
        ...cameras.map(({ deviceId, label }) => element("option", { value: deviceId }, label)),
      );
      if (current) device.value = current;
      deviceField.hidden = cameras.length < 2;
    },
  };
}

/**
 * @param {string} id
 * @param {string[][]} choices value and text of each
 * @param {() => void} onChange
 */
function select(id, choices, onChange) {
  return element(
    "select",
    { class: "input", id, onchange: onChange },
    ...choices.map(([value, text]) => element("option", { value }, text)),
  );
}

/**
 * @param {string} label
 * @param {HTMLElement} control
 */
function field(label, control) {
  return element(
    "div",
    { class: "field" },
    element("label", { class: "field-label", for: control.id }, label),
    control,
  );
}
