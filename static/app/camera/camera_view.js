// @ts-check
/// <reference lib="dom" />

import { announce } from "../announce.js";
import { Painter } from "../dream/painter.js";
import "../dream/stage_style.js";
import { element } from "../element.js";
import { createParameterForm } from "../parameters.js";
import { createCameraOptions } from "./camera_options.js";
import { CameraSession } from "./camera_session.js";
import { listCameras, openCamera } from "./camera_source.js";
import { createCameraStage } from "./camera_stage.js";
import { FrameGrabber, sendingSize } from "./frame_grabber.js";
import { Meter } from "./meter.js";
import { record, save } from "./recorder.js";

/**
 * @import { OpenCamera } from "./camera_source.js"
 * @import { CameraState } from "./camera_stage.js"
 * @import { Result } from "./camera_session.js"
 * @import { Settings, Values } from "../types.ts"
 * @import { View } from "../view.ts"
 */

/** Longest side of the frames sent, in pixels. */
const longestSide = 640;
/** Milliseconds over which slider moves are collected. */
const gathering = 80;
/** Milliseconds between two updates of the figures. */
const rhythm = 500;

/**
 * The camera, dreamed live.
 *
 * @type {View}
 */
export const view = {
  mount(root, { settings }) {
    const room = new CameraRoom(settings);
    root.append(room.element);
    return () => room.close();
  },
};

class CameraRoom {
  element;
  #settings;
  #stage;
  #options;
  #form;
  #painter;
  #meter = new Meter();
  /** @type {CameraState} */
  #state = "idle";
  /** @type {OpenCamera | undefined} */
  #camera;
  /** @type {CameraSession | undefined} */
  #session;
  /** @type {FrameGrabber | undefined} */
  #grabber;
  /** @type {(() => Promise<Blob>) | undefined} */
  #endRecording;
  /** Frames that the server has dropped in this session. */
  #dropped = 0;
  /** @type {Values} */
  #gathered = {};
  /** Values changed since the session began. @type {Values} */
  #moved = {};
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #gathering;
  #clock;
  /** Counts the starts, so that a camera that opens too late is closed again. */
  #turn = 0;

  /** @param {Settings} settings */
  constructor(settings) {
    this.#settings = settings;
    this.#stage = createCameraStage({
      start: () => this.#begin(),
      stop: () => this.#stop(),
      snapshot: () => this.#snapshot(),
      record: () => this.#record(),
    });
    this.#painter = new Painter(this.#stage.canvas, { natural: true });
    this.#options = createCameraOptions(settings, {
      onSession: () => this.#restart(),
      onCamera: () => this.#camera && this.#begin(),
      onMirror: () => this.#mirror(),
    });
    const names = settings.parameters.filter(({ live }) => live).map(({ name }) => name);
    this.#form = createParameterForm({ settings, names, onChange: (values) => this.#gather(values) });
    this.#presetToForm();
    this.element = element(
      "article",
      { class: "camera", id: "camera", "aria-labelledby": "camera-title" },
      element("h1", { class: "camera-title", id: "camera-title" }, "Dream the camera"),
      this.#stage.element,
      element(
        "section",
        { class: "card card-body camera-side", "aria-label": "How to dream" },
        this.#options.element,
        this.#form.element,
      ),
    );
    this.#setState("idle");
    this.#clock = setInterval(() => this.#tell(), rhythm);
  }

  close() {
    clearInterval(this.#clock);
    this.#stop();
    this.#painter.close();
  }

  /** Opens the camera, replacing an open one, and starts dreaming. */
  async #begin() {
    const turn = ++this.#turn;
    this.#release();
    // Nothing from before is shown again.
    Object.assign(this.#stage.canvas, { width: 0, height: 0 });
    this.#setState("asking");
    try {
      const camera = await openCamera(this.#options.deviceId, () => {
        if (turn === this.#turn) this.#fail("The camera was unplugged or taken away.");
      });
      if (turn !== this.#turn) return camera.close();
      this.#camera = camera;
      await this.#film(camera);
      const cameras = await listCameras();
      if (turn !== this.#turn) return;
      this.#options.showCameras(cameras, camera.deviceId);
      this.#dream();
    } catch (error) {
      if (turn === this.#turn) this.#fail(error instanceof Error ? error.message : String(error));
    }
  }

  /** @param {OpenCamera} camera */
  async #film({ stream, facingUser }) {
    const { self } = this.#stage;
    self.srcObject = stream;
    await self.play();
    this.#options.mirrored = facingUser;
    this.#grabber = new FrameGrabber(
      self,
      () => this.#session?.hungry ?? false,
      (jpeg, captured) => this.#session?.send(jpeg, captured),
    );
    this.#mirror();
  }

  #dream() {
    this.#session?.close();
    this.#meter.clear();
    this.#dropped = 0;
    this.#moved = {};
    this.#stage.setFigures({ left: 0 });
    this.#setState("starting");
    const size = sendingSize(this.#stage.self, longestSide);
    const { preset, imageSize } = this.#options;
    const parameters = { ...this.#changed(), imageSize };
    this.#session = new CameraSession({ ...size, ...(preset && { preset }), parameters }, {
      onReady: ({ width, height, parameters: all }) => {
        if (this.#grabber) this.#grabber.size = { width, height };
        this.#stage.setSize({ width, height });
        this.#form.set({ ...all, ...this.#moved }, this.#base());
      },
      onPicture: (picture, result) => this.#painter.show(picture, () => this.#painted(result())),
      onRefused: ({ message, field }) => {
        if (field) this.#form.showError(field, message);
        announce(message);
      },
      onError: (message) => this.#fail(message),
      onState: (state) =>
        this.#stage.setNote(state === "lost" ? "Connection lost, trying again." : this.#noteNow()),
    });
  }

  /** @param {Result} result */
  #painted({ delay, dropped }) {
    this.#meter.add(delay);
    this.#dropped = dropped;
    if (this.#state !== "starting") return;
    if (this.#grabber) this.#grabber.skipped = 0;
    this.#setState("running");
    announce("Your camera is being dreamed.");
  }

  #noteNow() {
    return this.#state === "starting" ? "Getting ready to dream …" : "";
  }

  /** @param {string} message */
  #fail(message) {
    this.#turn++;
    this.#release();
    this.#setState("problem");
    this.#stage.setProblem(message);
  }

  #stop() {
    this.#turn++;
    this.#release();
    this.#setState("idle");
  }

  /** Releases the camera and the session; saves a recording. */
  #release() {
    if (this.#endRecording) this.#record();
    this.#session?.close();
    this.#grabber?.close();
    this.#camera?.close();
    this.#session = this.#grabber = this.#camera = undefined;
    this.#stage.self.srcObject = null;
    clearTimeout(this.#gathering);
  }

  /** Restarts with a new look or size, keeping the slider values. */
  #restart() {
    this.#gathered = {};
    this.#presetToForm();
    if (this.#session) this.#dream();
  }

  #mirror() {
    const { mirrored } = this.#options;
    if (this.#grabber) this.#grabber.mirrored = mirrored;
    this.#stage.setMirrored(mirrored);
  }

  /** @param {Values} values */
  #gather(values) {
    Object.assign(this.#gathered, values);
    Object.assign(this.#moved, values);
    clearTimeout(this.#gathering);
    this.#gathering = setTimeout(() => {
      this.#session?.change(this.#gathered);
      this.#gathered = {};
    }, gathering);
  }

  /** The values that the look sets. */
  #base() {
    const { preset } = this.#options;
    return this.#settings.presets.find(({ name }) => name === preset)?.settings ?? this.#settings.defaults;
  }

  #presetToForm() {
    this.#form.set(this.#base(), this.#base());
  }

  /** The slider values that differ from the look. */
  #changed() {
    const usual = { ...this.#settings.defaults, ...this.#base() };
    const moved = Object.entries(this.#form.values()).filter(([name, value]) => {
      return JSON.stringify(value) !== JSON.stringify(/** @type {Record<string, unknown>} */ (usual)[name]);
    });
    return /** @type {Values} */ (Object.fromEntries(moved));
  }

  #snapshot() {
    this.#stage.canvas.toBlob((blob) => blob && save(blob, "reverie-camera"), "image/jpeg", 0.95);
  }

  async #record() {
    const end = this.#endRecording;
    this.#endRecording = end ? undefined : record(this.#stage.canvas);
    this.#stage.setRecording(!end);
    if (end) save(await end(), "reverie-camera");
  }

  #tell() {
    if (this.#state !== "running") return;
    const left = this.#dropped + (this.#grabber?.skipped ?? 0);
    const { fps, delay } = this.#meter;
    this.#stage.setFigures({
      left,
      ...(fps !== undefined && { fps }),
      ...(delay !== undefined && { delay }),
    });
  }

  /** @param {CameraState} state */
  #setState(state) {
    this.#state = state;
    this.element.dataset.state = state;
    this.#stage.setState(state);
  }
}
