/** The part of busboy that is used here; the package has no types of its own. */
import type { Readable, Writable } from "node:stream";
import busboy from "busboy";

/** A parser of forms: bytes are written to it, and it tells the parts. */
export interface FormParser extends Writable {
  on(
    event: "file",
    listener: (field: string | undefined, stream: Readable, info: { filename?: string }) => void,
  ): this;
  on(
    event: "field",
    listener: (field: string | undefined, value: string, info: { valueTruncated: boolean }) => void,
  ): this;
  on(event: "filesLimit" | "fieldsLimit" | "partsLimit", listener: () => void): this;
  on(event: "error", listener: (error: Error) => void): this;
  // deno-lint-ignore no-explicit-any
  on(event: string, listener: (...args: any[]) => void): this;
}

/** Options of {@link formParser}. */
interface FormOptions {
  headers: Record<string, string>;
  /** Character set of names and file names; browsers and curl send UTF-8. */
  defParamCharset: string;
  limits: { fieldSize: number; fields: number; files: number; parts: number };
}

/** Starts a parser. Throws an Error where the content type is no form or lacks its boundary. */
export const formParser = busboy as unknown as (options: FormOptions) => FormParser;
