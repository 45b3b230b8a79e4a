/** The routes that the server itself documents. */

/** One route of the OpenAPI document. */
export interface Operation {
  /** Method and path, such as `get /healthz`. */
  name: string;
  method: string;
  /** The path, with its parameters in braces. */
  path: string;
}

/** All routes of a server's OpenAPI document. */
export async function documented(url: string, headers: HeadersInit = {}): Promise<Operation[]> {
  const response = await fetch(`${url}/openapi.json`, { headers });
  const { paths } = await response.json() as { paths: Record<string, Record<string, unknown>> };
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => ({ name: `${method} ${path}`, method: method.toUpperCase(), path }))
  );
}

/** A path with values for its parameters: the given id, and suitable names for the others. */
export function filled(path: string, id: string): string {
  const values: Record<string, string> = { id, what: "flow.jpg", segment: "segment0.m4s", upload: id };
  return path.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? id);
}
