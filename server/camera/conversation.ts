/** One client of the camera, from the opening of its socket to its end. */
import { PaceKeeper } from "../../pipeline/run/progress.ts";
import type { Wish } from "../../pipeline/settings/settle.ts";
import type { CameraFrame } from "../rendering/job.ts";
import type { Renderer } from "../rendering/renderer.ts";
import type { RunningCamera } from "../rendering/running_camera.ts";
import { checkLive, readSettings } from "../uploads/settings.ts";
import { PictureSender } from "./picture_sender.ts";
import {
  type ClientMessage,
  longestMessage,
  readMessage,
  type ServerMessage,
  type StartMessage,
} from "./protocol.ts";
import { ReverieError } from "../../pipeline/errors.ts";
import { asReverieError, bodyOf } from "../errors.ts";

/** Options of a {@link Conversation}. */
export interface ConversationOptions {
  renderer: Pick<Renderer, "camera">;
  /** Resolves once the sessions of clients that have left have ended. */
  room: () => Promise<void>;
  /** Milliseconds without a message after which the conversation ends. */
  silence: number;
}

/** Default settings, which make the camera fast enough on a laptop; the client's own take precedence. */
const cameraSettings = { imageSize: 256, flowSize: 128 } as const;
const cameraPreset = "fast";

/** Runs the protocol on one socket. */
export class Conversation {
  readonly #socket: WebSocket;
  readonly #options: ConversationOptions;
  readonly #sender: PictureSender;
  #silence: ReturnType<typeof setTimeout> | undefined;
  #started = false;
  /** Whether networks are being loaded or downloaded; the client need not send anything meanwhile. */
  #loading = false;
  #session: RunningCamera | undefined;
  #over = false;
  /** Number of the next picture. */
  #next = 0;

  constructor(socket: WebSocket, options: ConversationOptions) {
    this.#socket = socket;
    this.#options = options;
    this.#sender = new PictureSender(socket);
    socket.binaryType = "arraybuffer";
    socket.onmessage = ({ data }: MessageEvent<string | ArrayBuffer>) => this.#receive(data);
    socket.onclose = () => this.end();
    socket.onerror = () => this.end();
    this.#listen();
  }

  /** Resolves once the session has ended. */
  async ended(): Promise<void> {
    await this.#session?.finished.catch(() => {});
  }

  /** Ends the session and closes the socket if it is still open. */
  end(code = 1000, reason = ""): void {
    if (this.#over) return;
    this.#over = true;
    clearTimeout(this.#silence);
    this.#sender.close();
    this.#session?.close();
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.close(code, reason);
  }

  #receive(data: string | ArrayBuffer): void {
    if (this.#over) return;
    this.#listen();
    if (sizeOf(data) > longestMessage) {
      return this.#fail(
        new ReverieError("too_large", "a message is larger than 2 MiB: send smaller pictures"),
      );
    }
    try {
      if (typeof data === "string") this.#obey(readMessage(data));
      else this.#picture(new Uint8Array(data));
    } catch (error) {
      this.#tell({ type: "refused", error: bodyOf(error) });
    }
  }

  #obey(message: ClientMessage): void {
    switch (message.type) {
      case "start":
        if (this.#started) {
          throw new ReverieError("conflict", "the session has been started: close it for another one");
        }
        this.#started = true;
        this.#loading = true;
        this.#listen();
        this.#start(message).catch((error) => this.#fail(asReverieError(error)));
        break;
      case "change":
        this.#change(message);
        break;
      case "stop":
        this.end();
        break;
    }
  }

  async #start({ width, height, preset, parameters: named = {} }: StartMessage): Promise<void> {
    const asked = readSettings({ ...named, preset: preset ?? cameraPreset });
    const wish = { preset: asked.preset, given: { ...cameraSettings, ...asked.given } };
    await this.#options.room();
    if (this.#over) return;
    this.#session = this.#open(wish, { width, height });
    await this.#session.finished;
    this.end();
  }

  #open(wish: Wish, size: { width: number; height: number }): RunningCamera {
    let pace = new PaceKeeper(undefined);
    return this.#options.renderer.camera(wish, size, {
      start: ({ width, height, provider, parameters }) => {
        pace = new PaceKeeper(undefined);
        this.#loading = false;
        this.#listen();
        this.#tell({ type: "ready", width, height, provider, parameters });
      },
      frame: (frame) => this.#show(frame, pace.frame().fps),
    });
  }

  #picture(jpeg: Uint8Array<ArrayBuffer>): void {
    const number = this.#next++;
    if (!this.#started) throw new ReverieError("conflict", "send a start message before the pictures");
    this.#session?.push(number, jpeg);
  }

  #show({ jpeg, dropped, ...frame }: CameraFrame, fps: number): void {
    this.#sender.send({ type: "frame", ...frame, fps }, jpeg, dropped);
  }

  #change({ id, parameters }: ClientMessage & { type: "change" }): void {
    if (!this.#session) throw new ReverieError("conflict", "send a start message before changes");
    const known = id === undefined ? {} : { id };
    this.#changed(this.#session, parameters).then(
      (answer) => this.#tell({ type: "changed", ...known, ...answer }),
      (error) => this.#tell({ type: "refused", ...known, error: bodyOf(error) }),
    );
  }

  async #changed(session: RunningCamera, asked: Record<string, unknown>) {
    const { given: parameters } = readSettings(asked, []);
    checkLive(parameters);
    return { frame: await session.change(parameters), parameters };
  }

  #tell(message: ServerMessage): void {
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(message));
  }

  #fail(error: ReverieError): void {
    if (this.#over) return;
    this.#tell({ type: "error", error: bodyOf(error) });
    this.end(closeCode(error), error.code);
  }

  /** Restarts the timer that ends the conversation if no message comes. */
  #listen(): void {
    clearTimeout(this.#silence);
    if (this.#loading) return;
    const { silence } = this.#options;
    this.#silence = setTimeout(() => {
      const message = `nothing has come for ${silence / 1000} s: start again`;
      this.#fail(new ReverieError("invalid_request", message));
    }, silence);
  }
}

function sizeOf(data: string | ArrayBuffer): number {
  return typeof data === "string" ? data.length : data.byteLength;
}

/**
 * Returns the close code of an error: policy violation or internal error (RFC 6455, 7.4.1), or "try again
 * later" (IANA registry).
 */
function closeCode({ code, status }: ReverieError): number {
  if (code === "busy") return 1013;
  return status < 500 ? 1008 : 1011;
}
