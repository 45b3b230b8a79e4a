import { join } from "node:path";

/** What is known to be whole of a playlist that ffmpeg extends. */
export class HlsPlaylist {
  /** The last playlist of which every segment was whole. */
  text = "";
  /** Its segments. */
  readonly segments = new Set<string>();

  /** Takes the playlist as it is now; false, with the earlier one kept, if it or a new segment is not whole. */
  async follow(text: string, folder: string): Promise<boolean> {
    if (!text.startsWith("#EXTM3U") || !text.endsWith("\n")) return false;
    const names = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
    const added = names.filter((name) => !this.segments.has(name));
    if (this.segments.size === 0) added.push("init.mp4");
    for (const name of added) if (!await isWhole(join(folder, name))) return false;
    this.text = text;
    for (const name of names) this.segments.add(name);
    return true;
  }

  /** Whether the playlist says that nothing will follow. */
  get isEnded(): boolean {
    return this.text.includes("#EXT-X-ENDLIST");
  }

  /** The last whole playlist, ended. */
  ended(): string {
    return this.isEnded ? this.text : `${this.text}#EXT-X-ENDLIST\n`;
  }
}

/** Whether the boxes of an MP4 file fill it to its end. */
async function isWhole(path: string): Promise<boolean> {
  try {
    using file = await Deno.open(path);
    const { size } = await file.stat();
    const head = new Uint8Array(16);
    let at = 0;
    while (at + 8 <= size) {
      await file.seek(at, Deno.SeekMode.Start);
      await file.read(head);
      const view = new DataView(head.buffer);
      const length = view.getUint32(0);
      const box = length === 1 ? Number(view.getBigUint64(8)) : length;
      if (box < 8) return false;
      at += box;
    }
    return at === size && size > 0;
  } catch {
    return false;
  }
}
