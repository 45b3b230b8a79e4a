// @ts-check
/// <reference no-default-lib="true" />
/// <reference lib="esnext" />
/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
/// <reference lib="dom.asynciterable" />

/**
 * A WebSocket that reconnects by itself: after a growing pause, and at once when the network or the page
 * returns.
 *
 * @typedef {"connecting" | "open" | "lost" | "over"} ConnectionState
 *
 * @typedef {object} ConnectionHooks
 * @property {(message: any) => void} onMessage a JSON message
 * @property {(picture: Blob) => void} onPicture a binary message
 * @property {(state: ConnectionState) => void} [onState]
 * @property {() => void} [onOpen] each time a connection opens, before its first message
 * @property {() => Promise<boolean>} [worthwhile] called after a refused attempt, before the next one
 */

/** Milliseconds. */
const firstPause = 400;
const longestPause = 15_000;

/**
 * The connection counts as lost after this many milliseconds of silence while the browser reports being
 * offline.
 */
const patience = 1500;

/**
 * After this many milliseconds of silence a returning page reconnects, since its socket may have died
 * unnoticed.
 */
const staleAfter = 30_000;

export class LiveConnection {
  /** @type {ConnectionState} */
  state = "connecting";
  #address;
  #hooks;
  /** @type {WebSocket | undefined} */
  #socket;
  #pause = firstPause;
  #lastWord = performance.now();
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  #listening = new AbortController();

  /**
   * @param {string} address ws: or wss:
   * @param {ConnectionHooks} hooks
   */
  constructor(address, hooks) {
    this.#address = address;
    this.#hooks = hooks;
    const { signal } = this.#listening;
    addEventListener("online", () => this.#connect(), { signal });
    addEventListener("offline", () => this.#doubt(), { signal });
    document.addEventListener("visibilitychange", () => this.#onVisible(), { signal });
    this.#connect();
  }

  /**
   * Sends a JSON message or a picture. Returns false if the connection is not open.
   *
   * @param {object | Blob} message
   */
  send(message) {
    if (this.#socket?.readyState !== WebSocket.OPEN) return false;
    this.#socket.send(message instanceof Blob ? message : JSON.stringify(message));
    return true;
  }

  /** Closes the connection for good. */
  close() {
    if (this.state === "over") return;
    this.#drop();
    this.#listening.abort();
    this.#tell("over");
  }

  #connect() {
    this.#drop();
    this.#lastWord = performance.now();
    const socket = this.#socket = new WebSocket(this.#address);
    socket.binaryType = "blob";
    let opened = false;
    const { signal } = this.#listening;
    socket.addEventListener("open", () => {
      if (socket !== this.#socket) return;
      opened = true;
      this.#tell("open");
      this.#hooks.onOpen?.();
    }, { signal });
    socket.addEventListener("message", ({ data }) => socket === this.#socket && this.#hear(data), { signal });
    socket.addEventListener("close", () => socket === this.#socket && this.#lose(opened), { signal });
  }

  /** @param {string | Blob} data */
  #hear(data) {
    this.#pause = firstPause;
    this.#lastWord = performance.now();
    if (typeof data === "string") this.#hooks.onMessage(JSON.parse(data));
    else this.#hooks.onPicture(data);
  }

  /** @param {boolean} opened */
  #lose(opened) {
    this.#drop();
    this.#tell("lost");
    const pause = this.#pause * (0.75 + Math.random() / 2);
    this.#pause = Math.min(longestPause, this.#pause * 2);
    this.#timer = setTimeout(() => this.#retry(opened), pause);
  }

  /** @param {boolean} opened whether the last connection ever opened */
  async #retry(opened) {
    const worthwhile = opened || (await this.#hooks.worthwhile?.() ?? true);
    if (this.state !== "lost" || this.#socket) return;
    if (worthwhile) this.#connect();
    else this.close();
  }

  /** The browser reports being offline, which need not affect a server on this machine. */
  #doubt() {
    clearTimeout(this.#timer);
    const since = performance.now();
    this.#timer = setTimeout(() => this.#lastWord < since && this.#lose(true), patience);
  }

  #onVisible() {
    if (document.hidden) return;
    if (this.state === "lost" || performance.now() - this.#lastWord > staleAfter) this.#connect();
  }

  #drop() {
    clearTimeout(this.#timer);
    const socket = this.#socket;
    this.#socket = undefined;
    socket?.close();
  }

  /** @param {ConnectionState} state */
  #tell(state) {
    if (this.state === state) return;
    this.state = state;
    this.#hooks.onState?.(state);
  }
}
