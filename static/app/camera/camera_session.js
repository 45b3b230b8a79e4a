// @ts-check
/// <reference lib="dom" />

import { socketAddress } from "../api.js";
import { LiveConnection } from "../live_connection.js";

/** The most frames that may be in flight or being dreamed; more would only wait. */
const inFlight = 2;

/**
 * @import { ConnectionState } from "../live_connection.js"
 * @import { Values } from "../types.ts"
 *
 * @typedef {{ width: number, height: number, preset?: string, parameters: Values }} Start
 * @typedef {{ width: number, height: number, provider: string, parameters: Values }} Ready
 *
 * Facts about a dreamed frame: `delay` since its capture in milliseconds, and `dropped`, the number of frames
 * that the server has dropped so far.
 * @typedef {{ delay: number, dropped: number, loss: number, motion: number, visible: number }} Result
 *
 * @typedef {object} SessionHooks
 * @property {(ready: Ready) => void} onReady
 * @property {(picture: Blob, result: () => Result) => void} onPicture ask for the result once the picture is
 *   painted
 * @property {(error: { message: string, field?: string }) => void} onRefused a change was refused
 * @property {(message: string) => void} onError the session is over
 * @property {(state: ConnectionState) => void} onState
 */

/** Sends camera frames and receives them dreamed. Restarts by itself after a lost connection. */
export class CameraSession {
  #start;
  #hooks;
  #connection;
  /** @type {Map<number, number>} capture times of the frames in flight */
  #underWay = new Map();
  #count = 0;
  #ready = false;
  /** @type {any} news of the frame whose picture follows */
  #coming;

  /**
   * @param {Start} start
   * @param {SessionHooks} hooks
   */
  constructor(start, hooks) {
    this.#start = start;
    this.#hooks = hooks;
    this.#connection = new LiveConnection(socketAddress("/api/camera"), {
      onOpen: () => this.#begin(),
      onMessage: (message) => this.#hear(message),
      onPicture: (picture) => this.#dreamed(picture),
      onState: (state) => {
        if (state === "lost") this.#ready = false;
        hooks.onState(state);
      },
    });
  }

  /** Whether a frame sent now would be dreamed soon. */
  get hungry() {
    return this.#ready && this.#underWay.size < inFlight;
  }

  /**
   * @param {Blob} jpeg
   * @param {number} captured time on the page's clock
   */
  send(jpeg, captured) {
    if (!this.hungry || !this.#connection.send(jpeg)) return;
    this.#underWay.set(this.#count++, captured);
  }

  /** @param {Values} parameters */
  change(parameters) {
    this.#start.parameters = { ...this.#start.parameters, ...parameters };
    this.#connection.send({ type: "change", parameters });
  }

  close() {
    this.#ready = false;
    this.#connection.send({ type: "stop" });
    this.#connection.close();
  }

  #begin() {
    this.#ready = false;
    this.#count = 0;
    this.#underWay.clear();
    this.#connection.send({ type: "start", ...this.#start });
  }

  /** @param {any} message */
  #hear(message) {
    switch (message.type) {
      case "ready":
        this.#ready = true;
        this.#hooks.onReady(message);
        break;
      case "frame":
        this.#coming = message;
        break;
      case "refused":
        this.#hooks.onRefused(message.error);
        break;
      case "error":
        this.#connection.close();
        this.#hooks.onError(message.error.message);
        break;
    }
  }

  /** @param {Blob} picture */
  #dreamed(picture) {
    const { frame, dropped, loss, motion, visible } = this.#coming;
    const captured = this.#underWay.get(frame) ?? performance.now();
    // Earlier frames were dropped or have already arrived.
    for (const sent of this.#underWay.keys()) if (sent <= frame) this.#underWay.delete(sent);
    this.#hooks.onPicture(picture, () => {
      return { delay: performance.now() - captured, dropped, loss, motion, visible };
    });
  }
}
