/** Size of the reserve in bytes: room for several writes of the database. */
const size = 1 << 20;

/**
 * A file that holds some room on the disk, so that the database can note ends and removals when the disk is full.
 */
export class Reserve {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  /** Takes the room if there is enough; does nothing if the reserve is there. */
  fill(): void {
    try {
      if (Deno.statSync(this.#path).size === size) return;
    } catch {
      // It is not there yet.
    }
    try {
      // Random bytes, since some file systems do not store zeros.
      const bytes = new Uint8Array(size);
      for (let at = 0; at < size; at += 65_536) crypto.getRandomValues(bytes.subarray(at, at + 65_536));
      Deno.writeFileSync(this.#path, bytes, { mode: 0o600 });
    } catch {
      // A reserve is a convenience: without it the server works until the disk is full.
      this.release();
    }
  }

  /** Gives the room back; returns whether there was any. */
  release(): boolean {
    try {
      Deno.removeSync(this.#path);
      return true;
    } catch {
      return false;
    }
  }
}
