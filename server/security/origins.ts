/** Origins of other sites that may use the API. */

/** A test for origins, as browsers send them in the header Origin. */
export function trustedOrigins(origins: readonly string[]): (origin: string) => boolean {
  const trusted = new Set(origins.map((origin) => URL.parse(origin)?.origin));
  // Sandboxed pages and local files all share the origin "null".
  return (origin) => origin !== "null" && trusted.has(origin);
}
