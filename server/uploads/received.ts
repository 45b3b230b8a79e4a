/** An upload that has come in whole. */
export interface Received {
  /** Where it lies, under a name of the server's own. Whoever gets it moves it away, or discards it. */
  file: string;
  /** What the client calls it, cleaned; for people only. */
  name: string;
  /** What came with it: settings, preset, from, duration, name. */
  fields: Record<string, string>;
  bytes: number;
}

/** How to receive an upload. */
export interface Receiving {
  /** Folder for it. */
  folder: string;
  /** Most bytes of the video. */
  limit: number;
  /** Milliseconds without a byte after which an upload has ended. */
  idle: number;
  /** Called with the fields as soon as they are known, to refuse an upload before it is sent by throwing. */
  check?: ((fields: Record<string, string>) => unknown) | undefined;
}

/** A name that nobody can guess: 32 hexadecimal digits. */
export function newId(): string {
  return crypto.randomUUID().replaceAll("-", "");
}

/** Fields by name; those that are given again are joined by commas, which is what lists are written with. */
export function gather(pairs: Iterable<readonly [string, string]>): Record<string, string> {
  const gathered = new Map<string, string>();
  for (const [name, value] of pairs) {
    const before = gathered.get(name);
    gathered.set(name, before === undefined ? value : `${before},${value}`);
  }
  return Object.fromEntries(gathered);
}

/** The fields in the query of a request, without the token that lets it in. */
export function queryFields(request: Request): Record<string, string> {
  const { token: _, ...fields } = gather(new URL(request.url).searchParams);
  return fields;
}
