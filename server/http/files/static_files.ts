/** The page's own files, found beside this program, also inside a compiled one. */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { pageType } from "./content_types.ts";
import { revalidated, sendFile } from "./send_file.ts";

/** Folder of the page. */
export const pageFolder: string = fileURLToPath(new URL("../../../static/", import.meta.url));

/** The clip for those who have none. */
export const sampleClip: string = join(pageFolder, "sample.mp4");

/**
 * The file of the page that a URL's path names, or undefined where it can name none: `/` is index.html, `/login` is
 * login.html. Only plain names are taken, so that no path leads out of the folder, however it is written.
 */
export function pageFile(path: string): { path: string; type: string } | undefined {
  const name = path === "/" ? "index.html" : /\.\w+$/.test(path) ? path.slice(1) : `${path.slice(1)}.html`;
  if (!name.split("/").every((part) => /^[\w-][\w.-]*$/.test(part))) return undefined;
  const type = pageType(name);
  return type === undefined ? undefined : { path: join(pageFolder, name), type };
}

/** Answers with a file of the page; undefined where there is none of that path. */
export async function sendPage(request: Request, path: string): Promise<Response | undefined> {
  const file = pageFile(path);
  if (!file) return undefined;
  const etag = await contentTag(file.path);
  if (etag === undefined) return undefined;
  return await sendFile(request, file.path, { type: file.type, cache: revalidated, etag });
}

/** Tags by path, each valid for a size and time. */
const tags = new Map<string, { state: string; tag: string }>();

/**
 * A tag of a file's content, since files inside a program have no time of their own. Undefined where there is no file.
 */
export async function contentTag(path: string): Promise<string | undefined> {
  const info = await Deno.stat(path).catch(() => undefined);
  if (!info?.isFile) return undefined;
  const state = `${info.size} ${info.mtime?.getTime()}`;
  const known = tags.get(path);
  if (known?.state === state) return known.tag;
  const digest = await crypto.subtle.digest("SHA-256", await Deno.readFile(path));
  const tag = new Uint8Array(digest).toHex().slice(0, 24);
  tags.set(path, { state, tag });
  return tag;
}
