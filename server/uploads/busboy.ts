/** Types for the part of busboy used here; the package has none of its own. */
import type { Readable, Writable } from "node:stream";
import busboy from "busboy";

/** A form parser: bytes are written to it, and it emits the parts. */
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

/**
 * Creates a parser.
 *
 * @throws {Error} if the content type is not a form or lacks its boundary
 */
export const formParser = busboy as unknown as (options: FormOptions) => FormParser;
