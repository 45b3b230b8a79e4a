/** Origins of other sites that may use the API. */

/** Returns a test for origins as sent in the Origin header. */
export function trustedOrigins(origins: readonly string[]): (origin: string) => boolean {
  const trusted = new Set(origins.map((origin) => URL.parse(origin)?.origin));
  // Sandboxed pages and local files all share the origin "null".
  return (origin) => origin !== "null" && trusted.has(origin);
}
