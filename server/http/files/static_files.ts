/** The page's static files, found next to the program, even inside a compiled one. */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { pageType } from "./content_types.ts";
import { revalidated, sendFile } from "./send_file.ts";

/** Folder of the page. */
export const pageFolder: string = fileURLToPath(new URL("../../../static/", import.meta.url));

/** The sample clip for users without a video of their own. */
export const sampleClip: string = join(pageFolder, "sample.mp4");

/**
 * Returns the page file for a URL path, or undefined if the path cannot name one: `/` is index.html, `/login`
 * is login.html. Only plain names are accepted, so no path leads out of the folder, however it is written.
 */
export function pageFile(path: string): { path: string; type: string } | undefined {
  const name = path === "/" ? "index.html" : /\.\w+$/.test(path) ? path.slice(1) : `${path.slice(1)}.html`;
  if (!name.split("/").every((part) => /^[\w-][\w.-]*$/.test(part))) return undefined;
  const type = pageType(name);
  return type === undefined ? undefined : { path: join(pageFolder, name), type };
}

/** Responds with a file of the page; undefined if the path names none. */
export async function sendPage(request: Request, path: string): Promise<Response | undefined> {
  const file = pageFile(path);
  if (!file) return undefined;
  const etag = await contentTag(file.path);
  if (etag === undefined) return undefined;
  return await sendFile(request, file.path, { type: file.type, cache: revalidated, etag });
}

/** Tags by path, each valid for one size and time. */
const tags = new Map<string, { state: string; tag: string }>();

/**
 * Returns a tag of a file's content, since files embedded in the program have no time of their own. Undefined
 * if there is no such file.
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
