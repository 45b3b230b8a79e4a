/** Resumable uploads with the tus protocol (version 1.0.0, tus.io/protocols/resumable-upload). */
import { join } from "node:path";
import { Server } from "@tus/server";
import { type ErrorCode, ReverieError } from "../../pipeline/errors.ts";
import { asReverieError, bodyOf, type ErrorBody } from "../errors.ts";
import { checkAnnounced } from "./body.ts";
import type { DiskStore } from "./disk_store.ts";
import { removeFile } from "./incoming_file.ts";
import { cleanName } from "./names.ts";
import type { PromisedRoom } from "./promised_room.ts";
import { newId, type Received } from "./received.ts";
import { readSettings } from "./settings.ts";

/** The dream made from a finished upload. */
export interface Finished {
  /** Id of the dream. */
  id: string;
  /** Path of the dream on this server. */
  location: string;
}

/** Options of {@link ResumableUploads}. */
export interface ResumableOptions {
  /** Folder for finished uploads. */
  folder: string;
  /** Stores unfinished uploads. */
  store: DiskStore;
  /** The room on the disk. */
  room: PromisedRoom;
  /** Maximum size of an upload in bytes. */
  limit: number;
  /** Takes over a finished upload. If it throws, the client receives the error and the upload is removed. */
  onFinished: (received: Received) => Promise<Finished>;
}

/** The part of an upload used here. */
interface Upload {
  id: string;
  size?: number | undefined;
  metadata?: Record<string, string | null> | undefined;
}

/** Metadata from clients that is not a setting. */
const ignoredMetadata = ["filename", "filetype", "type", "relativePath"];

/** How many finished uploads are remembered for clients whose connection broke at the very end. */
const mostRemembered = 1000;

/** Serves `/files`: creates, resumes and terminates uploads, and hands over complete ones. */
export class ResumableUploads {
  readonly #server: Server;
  /** Uploads by id, from the moment their last byte has arrived. */
  readonly #finished = new Map<string, { size: number; dream: Promise<Finished> }>();
  /** The error of a request; `#created` holds the upload that it created. */
  readonly #failures = new WeakMap<object, unknown>();
  readonly #created = new WeakMap<object, string>();

  constructor(private readonly options: ResumableOptions) {
    this.#server = new Server({
      path: "/files",
      datastore: options.store,
      relativeLocation: true,
      maxSize: options.limit,
      namingFunction: (request) => this.#name(request),
      getFileIdFromRequest: (request) => idOf(request.url),
      onUploadCreate: (_, upload) => this.#checkNew(upload),
      onUploadFinish: async (_, upload) => {
        const headers = headersOf(await this.#finish(upload));
        // Otherwise the tus server would look for the file again to report when it expires.
        upload.creation_date = undefined;
        return { headers };
      },
      onResponseError: (request, error) => this.#note(request, error),
    });
  }

  /** Handles a request to `/files` or below. Errors become responses; only defects are thrown. */
  async handle(request: Request): Promise<Response> {
    if (request.method === "GET") {
      return refused(new ReverieError("method_not_allowed", "uploads cannot be read back"));
    }
    const again = request.method === "HEAD" ? await this.#finishedBefore(idOf(request.url)) : undefined;
    if (again) return again;
    if (request.method === "POST") await this.options.store.deleteExpired();
    const noRoom = request.method === "PATCH" ? await this.#renew(idOf(request.url)) : undefined;
    if (noRoom) return noRoom;
    if (request.method === "DELETE") this.options.room.end(this.#fileOf(idOf(request.url) ?? ""));
    const response = await this.#server.handleWeb(request);
    if (response.status < 400) return answer(response);
    const error = this.#failures.get(request);
    const failure = error === undefined ? undefined : asReverieError(error);
    await this.#clearAfter(request, failure);
    if (failure?.status === 500) throw error;
    return answer(response, failure);
  }

  #name(request: object): string {
    const id = newId();
    this.#created.set(request, id);
    return id;
  }

  /** Refuses an upload that could not become a dream, before it is sent. */
  async #checkNew({ id, size, metadata }: Upload): Promise<Record<string, never>> {
    readSettings(fieldsOf(metadata));
    const { limit, room } = this.options;
    await checkAnnounced(size === undefined ? null : String(size), { limit, room, file: this.#fileOf(id) });
    return {};
  }

  /** Renews the promise of room for an upload that goes on; returns a refusal if there is no room any more. */
  async #renew(id: string | undefined): Promise<Response | undefined> {
    const upload = id === undefined
      ? undefined
      : await this.options.store.getUpload(id).catch(() => undefined);
    if (!upload?.size) return undefined;
    try {
      await this.options.room.promise(this.#fileOf(upload.id), upload.size);
      return undefined;
    } catch (error) {
      return refused(asReverieError(error));
    }
  }

  #fileOf(id: string): string {
    return join(this.options.store.directory, id);
  }

  async #forget(id: string): Promise<void> {
    this.options.room.end(this.#fileOf(id));
    await this.options.store.forget(id);
  }

  /** Hands over an upload exactly once, however many requests find it complete. */
  #finish(upload: Upload): Promise<Finished> {
    const before = this.#finished.get(upload.id);
    if (before) return before.dream;
    const dream = this.#handOver(upload);
    this.#finished.set(upload.id, { size: upload.size ?? 0, dream });
    dream.catch(() => this.#finished.delete(upload.id));
    if (this.#finished.size > mostRemembered) this.#finished.delete(this.#finished.keys().next().value!);
    return dream;
  }

  async #handOver({ id, size, metadata }: Upload): Promise<Finished> {
    const file = join(this.options.folder, id);
    const fields = fieldsOf(metadata);
    try {
      await Deno.rename(join(this.options.store.directory, id), file);
      return await this.options.onFinished({
        file,
        name: cleanName(fields["name"]),
        fields,
        bytes: size ?? 0,
      });
    } catch (error) {
      await removeFile(file);
      throw error;
    } finally {
      await this.#forget(id);
    }
  }

  /** Returns the state of an upload that has become a dream, for a client that missed the response. */
  async #finishedBefore(id: string | undefined): Promise<Response | undefined> {
    const finished = this.#finished.get(id ?? "");
    const dream = await finished?.dream.catch(() => undefined);
    if (!finished || !dream) return undefined;
    const size = String(finished.size);
    const headers = {
      "Tus-Resumable": "1.0.0",
      "Cache-Control": "no-store",
      "Upload-Offset": size,
      "Upload-Length": size,
    };
    return new Response(null, { status: 200, headers: { ...headers, ...headersOf(dream) } });
  }

  /** Records an error that is not one of the protocol's own, which have a status. */
  #note(request: object, error: unknown): { status_code: number; body: string } | undefined {
    if (!(error instanceof Error) || "status_code" in error) return undefined;
    this.#failures.set(request, error);
    return { status_code: asReverieError(error).status, body: bodyOf(error).message };
  }

  /**
   * Removes the remains of a failed creation, whose address the client never learns, and an upload that fills
   * the disk.
   */
  async #clearAfter(request: Request, failure: ReverieError | undefined): Promise<void> {
    const created = this.#created.get(request);
    const full = failure?.code === "disk_full" ? idOf(request.url) : undefined;
    for (const id of [created, full]) if (id !== undefined) await this.#forget(id);
  }
}

/** Returns the id at the end of an upload's URL, if it is valid. */
function idOf(url: string): string | undefined {
  return /\/files\/([0-9a-f]{32})$/.exec(new URL(url).pathname)?.[1];
}

function fieldsOf(metadata: Upload["metadata"]): Record<string, string> {
  const pairs = Object.entries(metadata ?? {}).map(([name, value]) => [name, value ?? ""] as const);
  const name = metadata?.["name"] ?? metadata?.["filename"];
  return Object.fromEntries([
    ...pairs.filter(([field]) => !ignoredMetadata.includes(field)),
    ...(name ? [["name", name]] : []),
  ]);
}

function headersOf({ id, location }: Finished): Record<string, string> {
  return { "Reverie-Dream": id, "Reverie-Location": location };
}

/**
 * Converts the protocol's response: errors become JSON, and CORS headers are removed, since cors_headers.ts
 * decides on those.
 */
function answer(response: Response, failure?: ReverieError): Response | Promise<Response> {
  const headers = new Headers(response.headers);
  for (const name of [...headers.keys()]) if (name.startsWith("access-control-")) headers.delete(name);
  if (response.status < 400) return new Response(response.body, { status: response.status, headers });
  headers.delete("Content-Length");
  headers.delete("Content-Type");
  return failure ? refused(failure, headers) : refusedByProtocol(response, headers);
}

function refused(error: ReverieError, headers = new Headers({ "Tus-Resumable": "1.0.0" })): Response {
  return Response.json({ error: bodyOf(error) }, { status: error.status, headers });
}

/** Codes and messages of the protocol's own refusals; clients rely on these statuses. */
const refusals: Record<number, [ErrorCode, string]> = {
  400: ["invalid_request", "the upload's headers or metadata are not usable"],
  403: ["invalid_request", "an upload needs the headers Upload-Offset and Content-Type"],
  404: ["not_found", "there is no such upload: begin a new one"],
  409: ["conflict", "the upload is at another offset: ask for it with HEAD"],
  410: ["not_found", "the upload has expired: begin a new one"],
  412: ["invalid_request", "the header Tus-Resumable: 1.0.0 is missing"],
  413: ["too_large", "the upload is larger than is taken, or than it was said to be"],
  501: ["invalid_request", "parts of uploads cannot be put together"],
};

async function refusedByProtocol(response: Response, headers: Headers): Promise<Response> {
  await response.body?.cancel();
  const [code, message] = refusals[response.status] ?? ["internal", "the server failed; its log says more"];
  const error: ErrorBody = { code, message };
  return Response.json({ error }, { status: response.status, headers });
}
