import { join, resolve } from "node:path";

/**
 * A name of a file that ffmpeg takes literally. ffmpeg reads a name such as `frame%03d.png` as the pattern of a
 * series of pictures, which no spelling of the name prevents, so such a file gets a link with a plain name.
 */
export class PlainName implements Disposable {
  /** The name, which may be the path itself. */
  readonly path: string;
  readonly #folder: string | undefined;

  constructor(path: string) {
    this.path = path;
    if (!path.includes("%")) return;
    const folder = Deno.makeTempDirSync({ prefix: "reverie-" });
    // ffmpeg goes by the extension where the content does not tell the format.
    const [extension = ""] = /\.[a-z0-9]+$/i.exec(path) ?? [];
    const link = join(folder, `source${extension}`);
    try {
      Deno.symlinkSync(resolve(path), link);
      this.path = link;
      this.#folder = folder;
    } catch {
      // Not every system or user may make links.
      Deno.removeSync(folder, { recursive: true });
    }
  }

  /** Removes the link, not the file. */
  [Symbol.dispose](): void {
    if (this.#folder !== undefined) Deno.removeSync(this.#folder, { recursive: true });
  }
}
