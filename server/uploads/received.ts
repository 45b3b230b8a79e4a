import type { PromisedRoom } from "./promised_room.ts";

/** A completely received upload. */
export interface Received {
  /** Its path, with a name chosen by the server. The receiver moves it away or discards it. */
  file: string;
  /** The client's name for it, cleaned; for display only. */
  name: string;
  /** Fields sent with it: settings, preset, from, duration, name. */
  fields: Record<string, string>;
  bytes: number;
}

/** Options for receiving an upload. */
export interface Receiving {
  /** Folder to store it in. */
  folder: string;
  /** The room on its disk. */
  room: PromisedRoom;
  /** Maximum size of the video in bytes. */
  limit: number;
  /** Milliseconds without a byte after which an upload counts as interrupted. */
  idle: number;
  /** Called with the fields as soon as they are known; throws to refuse an upload before it is sent. */
  check?: ((fields: Record<string, string>) => unknown) | undefined;
}

/** Returns a name that nobody can guess: 32 hexadecimal digits. */
export function newId(): string {
  return crypto.randomUUID().replaceAll("-", "");
}

/** Whether a text has the form of such a name. Files of other names in the folders for uploads are not ours. */
export function isId(text: string): boolean {
  return /^[0-9a-f]{32}$/.test(text);
}

/** Collects fields by name; repeated fields are joined by commas, the list syntax. */
export function gather(pairs: Iterable<readonly [string, string]>): Record<string, string> {
  const gathered = new Map<string, string>();
  for (const [name, value] of pairs) {
    const before = gathered.get(name);
    gathered.set(name, before === undefined ? value : `${before},${value}`);
  }
  return Object.fromEntries(gathered);
}

/** Returns the query fields of a request, without the access token. */
export function queryFields(request: Request): Record<string, string> {
  const { token: _, ...fields } = gather(new URL(request.url).searchParams);
  return fields;
}
