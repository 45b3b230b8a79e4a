// @ts-check
/// <reference lib="dom" />

import { socketAddress } from "../api.js";
import { LiveConnection } from "../live_connection.js";

/** So many frames may be on their way or being dreamed; more would only wait. */
const inFlight = 2;

/**
 * @import { ConnectionState } from "../live_connection.js"
 * @import { Values } from "../types.ts"
 *
 * @typedef {{ width: number, height: number, preset?: string, parameters: Values }} Start
 * @typedef {{ width: number, height: number, provider: string, parameters: Values }} Ready
 *
 * What is known of a dreamed frame: `delay` in milliseconds from its capture, frames that the server dropped so far.
 * @typedef {{ delay: number, dropped: number, loss: number, motion: number, visible: number }} Result
 *
 * @typedef {object} SessionHooks
 * @property {(ready: Ready) => void} onReady
 * @property {(picture: Blob, result: () => Result) => void} onPicture the result is to be asked for once it is painted
 * @property {(error: { message: string, field?: string }) => void} onRefused of a change
 * @property {(message: string) => void} onError the session is over
 * @property {(state: ConnectionState) => void} onState
 */

/** Sends camera frames and gets them back dreamed; begins anew by itself when the connection was lost. */
export class CameraSession {
  #start;
  #hooks;
  #connection;
  /** @type {Map<number, number>} times of capture of the frames on their way */
  #underWay = new Map();
  #count = 0;
  #ready = false;
  /** @type {any} news of the frame whose picture comes next */
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

  /** Whether a frame that is sent now would be dreamed soon. */
  get hungry() {
    return this.#ready && this.#underWay.size < inFlight;
  }

  /**
   * @param {Blob} jpeg
   * @param {number} captured time by the page's clock
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
    // Those before it were dropped, or have come already.
    for (const sent of this.#underWay.keys()) if (sent <= frame) this.#underWay.delete(sent);
    this.#hooks.onPicture(picture, () => {
      return { delay: performance.now() - captured, dropped, loss, motion, visible };
    });
  }
}
