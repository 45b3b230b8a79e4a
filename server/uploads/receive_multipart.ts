import type { Readable } from "node:stream";
import { join } from "node:path";
import { ReverieError } from "../../pipeline/errors.ts";
import { bytesOf, checkAnnounced, tooLarge } from "./body.ts";
import { type FormParser, formParser } from "./busboy.ts";
import { IncomingFile } from "./incoming_file.ts";
import { cleanName, oneLine, quoted } from "./names.ts";
import { gather, newId, queryFields, type Received, type Receiving } from "./received.ts";

/** Limits on a form besides its file. */
const limits = { fieldSize: 16 * 1024, fields: 100, files: 1, parts: 102 };

/** Maximum size of the rest of a form, in bytes: fields, part headers, boundaries. */
const overhead = 1_000_000;

/**
 * Receives a video as the field `video` of a multipart form, and every other field as a setting. Query fields
 * count, too, unless the form has the same field. Leaves no file behind if it fails. Also throws the errors
 * of the file system.
 *
 * @throws {ReverieError} if the body is not a form, lacks the video, has other files, is too large, or is
 * interrupted
 */
export async function receiveMultipart(request: Request, receiving: Receiving): Promise<Received> {
  const { folder, room, limit, check } = receiving;
  const file = join(folder, newId());
  const query = queryFields(request);
  check?.(query);
  const form = new Form(request, receiving, file);
  await checkAnnounced(request.headers.get("content-length"), { limit, overhead, room, file });
  try {
    await form.read(request.body);
    const fields = { ...query, ...form.fields };
    check?.(fields);
    return await form.received(fields);
  } catch (error) {
    await form.discard();
    throw error;
  } finally {
    room.end(file);
  }
}

/** A form that is being read. */
class Form {
  readonly #parser: FormParser;
  readonly #pairs: [string, string][] = [];
  #file: Promise<IncomingFile> | undefined;
  #fileName: string | undefined;
  /** The first error; reported at once, since busboy waits forever for a part that nobody reads. */
  #failure: Error | undefined;
  readonly #failed = Promise.withResolvers<never>();

  constructor(request: Request, private readonly receiving: Receiving, private readonly path: string) {
    this.#failed.promise.catch(() => {});
    this.#parser = openParser(request.headers.get("content-type"));
    const tooMany = () => this.#fail(invalid("the form has too many parts: one file and settings are taken"));
    this.#parser
      .on("file", (field, stream, { filename }) => this.#takeFile(field, stream, filename))
      .on("field", (field, value, { valueTruncated }) => this.#takeField(field, value, valueTruncated))
      .on(
        "filesLimit",
        () => this.#fail(invalid("the form has more than one file: send one at a time", "video")),
      )
      .on("fieldsLimit", tooMany)
      .on("partsLimit", tooMany)
      .on("error", (error) => this.#fail(broken(error)));
  }

  get fields(): Record<string, string> {
    return gather(this.#pairs);
  }

  /** Parses the form; resolves once its file is on disk. */
  async read(body: ReadableStream<Uint8Array> | null): Promise<void> {
    let bytes = 0;
    const most = this.receiving.limit + overhead;
    for await (const chunk of bytesOf(body, this.receiving.idle)) {
      bytes += chunk.length;
      if (bytes > most) throw tooLarge(this.receiving.limit);
      await this.#step((done) => this.#parser.write(chunk, done));
    }
    await this.#step((done) => this.#parser.end(done));
    await (await this.#file)?.close();
  }

  /** Returns the received upload. Throws a ReverieError if there was no file. */
  async received(fields: Record<string, string>): Promise<Received> {
    const file = await this.#file;
    if (!file || (file.bytes === 0 && !this.#fileName)) {
      throw invalid("the form has no file in its field video", "video");
    }
    return { file: file.path, name: cleanName(fields["name"] ?? this.#fileName), fields, bytes: file.bytes };
  }

  /** Stops reading and removes the partial file. */
  async discard(): Promise<void> {
    this.#fail(invalid("the upload was given up"));
    this.#parser.destroy();
    const file = await this.#file?.catch(() => undefined);
    await file?.discard();
  }

  #takeFile(field: string | undefined, stream: Readable, filename: string | undefined): void {
    stream.on("error", (error) => this.#fail(broken(error)));
    if (field !== "video") {
      const name = oneLine(field ?? "").slice(0, 60);
      this.#fail(invalid(`the form's file must be in the field video, not in ${quoted(name)}`, name));
      return void stream.resume();
    }
    this.#fileName = filename;
    this.#file = this.#store(stream);
    this.#file.catch((error) => this.#fail(error));
  }

  async #store(stream: Readable): Promise<IncomingFile> {
    const { limit, check } = this.receiving;
    check?.(this.fields);
    const file = await IncomingFile.create(this.path, limit);
    try {
      for await (const chunk of stream) {
        // Reported first: leaving the loop ends the stream, which fails as well.
        await file.write(chunk).catch((error) => {
          this.#fail(error);
          throw error;
        });
      }
      return file;
    } catch (error) {
      await file.discard();
      throw error;
    }
  }

  #takeField(field: string | undefined, value: string, truncated: boolean): void {
    const name = oneLine(field ?? "").slice(0, 60);
    if (field === undefined) this.#fail(invalid("a part of the form has no name"));
    else if (field === "video") {
      this.#fail(invalid("video must be a file: with curl, -F video=@clip.mp4", "video"));
    } else if (truncated) this.#fail(invalid(`the field ${quoted(name)} is too long`, name));
    else this.#pairs.push([field, value]);
  }

  /** Runs one step of the parser. Throws as soon as anything is wrong with the form. */
  async #step(step: (done: (error?: Error | null) => void) => void): Promise<void> {
    const taken = Promise.withResolvers<void>();
    step((error) => {
      if (error) this.#fail(broken(error));
      taken.resolve();
    });
    await Promise.race([taken.promise, this.#failed.promise]);
    if (this.#failure) throw this.#failure;
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    this.#failed.reject(this.#failure);
  }
}

function openParser(contentType: string | null): FormParser {
  if (!/^multipart\/form-data\s*;/i.test(contentType ?? "")) {
    throw invalid("send a multipart form with the video in its field video, or PUT the video itself");
  }
  try {
    return formParser({ headers: { "content-type": contentType! }, defParamCharset: "utf8", limits });
  } catch (cause) {
    throw new ReverieError("invalid_request", "the form's content type has no boundary", { cause });
  }
}

function broken(cause: Error): ReverieError {
  return new ReverieError("invalid_request", `the form is broken: ${oneLine(cause.message)}`, { cause });
}

function invalid(message: string, field?: string): ReverieError {
  return new ReverieError("invalid_request", message, field === undefined ? {} : { field });
}
