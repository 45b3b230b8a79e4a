import { join } from "node:path";
import type { SourceFacts } from "../dreams/dream.ts";
import type { Limits } from "../options.ts";
import { DiskStore } from "./disk_store.ts";
import { removeFile } from "./incoming_file.ts";
import { inspect, type InspectOptions } from "./inspect.ts";
import { PromisedRoom } from "./promised_room.ts";
import { receiveMultipart } from "./receive_multipart.ts";
import { receiveRaw } from "./receive_raw.ts";
import { isId, type Received, type Receiving } from "./received.ts";
import { type Finished, ResumableUploads } from "./resumable.ts";

export type { Received } from "./received.ts";

/** Options of {@link Uploads}. */
export interface UploadsOptions {
  /** Folder for uploads in progress; created if missing. */
  folder: string;
  limits: Limits;
  /** Milliseconds without a byte after which an upload counts as interrupted; the default is two minutes. */
  idle?: number;
}

/** Options of {@link Uploads.receiveRaw} and {@link Uploads.receiveMultipart}. */
export interface ReceiveOptions {
  /**
   * Called with the fields as soon as they are known: before the video if they are in the query or precede it
   * in the form. An error thrown here ends the upload. Meant for `readSettings` of settings.ts.
   */
  check?: (fields: Record<string, string>) => unknown;
}

/**
 * Receives videos: by PUT, as a form, or in resumable pieces. All are streamed to disk, whatever their size,
 * and leave nothing there if they are refused or interrupted.
 *
 * @example
 * ```ts
 * const received = await uploads.receiveRaw(request);
 * try {
 *   const facts = await uploads.inspect(received.file, received.name);
 * } catch (error) {
 *   await uploads.discard(received.file);
 *   throw error;
 * }
 * ```
 */
export class Uploads {
  readonly #store: DiskStore;
  readonly #room: PromisedRoom;

  /** Creates the folder and removes what an earlier run left; unfinished resumable uploads stay for a day. */
  constructor(private readonly options: UploadsOptions) {
    const { folder } = options;
    const unfinished = join(folder, "resumable");
    Deno.mkdirSync(unfinished, { recursive: true });
    for (const { name, isFile } of Deno.readDirSync(folder)) {
      if (isFile && isId(name)) Deno.removeSync(join(folder, name));
    }
    this.#store = new DiskStore(unfinished);
    this.#room = new PromisedRoom(folder);
  }

  /**
   * Receives a video that is a request's whole body.
   *
   * @throws {ReverieError} if the body is missing, too large, or interrupted
   */
  receiveRaw(request: Request, options: ReceiveOptions = {}): Promise<Received> {
    return receiveRaw(request, this.#receiving(options));
  }

  /**
   * Receives a multipart form with a file in its field `video`.
   *
   * @throws {ReverieError} if the body is not such a form, too large, or interrupted
   */
  receiveMultipart(request: Request, options: ReceiveOptions = {}): Promise<Received> {
    return receiveMultipart(request, this.#receiving(options));
  }

  /**
   * Checks whether a dream can be made of a file, called `name` in messages. The file stays in any case.
   *
   * @throws {ReverieError} if it cannot
   */
  inspect(file: string, name: string, options: Omit<InspectOptions, "limits"> = {}): Promise<SourceFacts> {
    return inspect(file, name, { ...options, limits: this.options.limits });
  }

  /** Removes a received file if it still exists. */
  discard(file: string): Promise<void> {
    return removeFile(file);
  }

  /**
   * Returns the handler of resumable uploads, for every request to `/files` and below. It passes a finished
   * upload to `onFinished`; the response names the dream in the headers Reverie-Dream and Reverie-Location.
   */
  tus(onFinished: (received: Received) => Promise<Finished>): (request: Request) => Promise<Response> {
    const { folder, limits } = this.options;
    const [store, room, limit] = [this.#store, this.#room, limits.upload];
    const uploads = new ResumableUploads({ folder, store, room, limit, onFinished });
    return (request) => uploads.handle(request);
  }

  /** Removes unfinished resumable uploads older than a day; returns how many. */
  removeExpired(): Promise<number> {
    return this.#store.deleteExpired();
  }

  #receiving({ check }: ReceiveOptions): Receiving {
    const { folder, limits, idle = 120_000 } = this.options;
    return { folder, room: this.#room, limit: limits.upload, idle, ...(check && { check }) };
  }
}
