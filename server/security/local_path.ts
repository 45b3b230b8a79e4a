/** Paths of this server, for redirects. */

const here = "http://here.invalid";

/**
 * A path with query and fragment as a redirect may use it, without any token in the query; `/` for whatever would
 * lead away from this server, such as `//other.example`, `/\other.example` or `https://other.example`.
 */
export function localPath(target: string | undefined): string {
  const url = target?.startsWith("/") ? URL.parse(target, here) : null;
  if (url === null || url.origin !== here) return "/";
  if (url.searchParams.has("token")) url.searchParams.delete("token");
  // A path such as /.//other.example only now begins with two slashes.
  return url.pathname.replace(/^\/{2,}/, "/") + url.search + url.hash;
}
