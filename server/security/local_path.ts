/** Redirect targets on this server. */

const here = "http://here.invalid";

/**
 * Returns a path with query and fragment that is safe for a redirect, without any token in the query; `/` for
 * any target outside this server, such as `//other.example`, `/\other.example` or `https://other.example`.
 */
export function localPath(target: string | undefined): string {
  const url = target?.startsWith("/") ? URL.parse(target, here) : null;
  if (url === null || url.origin !== here) return "/";
  if (url.searchParams.has("token")) url.searchParams.delete("token");
  // A path such as /.//other.example starts with two slashes only after parsing.
  return url.pathname.replace(/^\/{2,}/, "/") + url.search + url.hash;
}
