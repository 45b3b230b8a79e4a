/** A local file server that replaces hosts on the web and can be made to misbehave. */

/** How a server handles a file, instead of just sending it. */
export interface Behaviour {
  status?: number;
  /** Sends this many bytes of a body and then breaks the connection. */
  breakAfter?: number;
  /** Sends this many bytes of a body and then stalls. */
  stallAfter?: number;
  /** Accepts the connection and never answers. */
  silent?: boolean;
  /** Sends other bytes of the same length. */
  wrong?: boolean;
}

/** A running server. */
export interface WebServer {
  /** Its base URL, without a trailing slash. */
  url: string;
  /** The requested paths, with the range if there was one. */
  asked: { path: string; range: string | null }[];
  /** Changes the handling of files whose path matches; the last matching rule applies. */
  behave: (path: RegExp, behaviour: Behaviour) => void;
}

/** Calls with a server of files by path, such as `/host/folder/file`. */
export async function withWebServer(
  files: Record<string, Uint8Array>,
  use: (server: WebServer) => Promise<void>,
): Promise<void> {
  const rules: [RegExp, Behaviour][] = [];
  const asked: WebServer["asked"] = [];
  const closing = new AbortController();
  const server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen() {}, signal: closing.signal },
    (request) => {
      const path = decodeURIComponent(new URL(request.url).pathname);
      const range = request.headers.get("range");
      asked.push({ path, range });
      const behaviour = rules.findLast(([pattern]) => pattern.test(path))?.[1] ?? {};
      return answer(files[path], range, behaviour, closing.signal);
    },
  );
  try {
    await use({
      url: `http://127.0.0.1:${server.addr.port}`,
      asked,
      behave: (path, behaviour) => rules.push([path, behaviour]),
    });
  } finally {
    closing.abort();
    await server.finished;
  }
}

async function answer(
  file: Uint8Array | undefined,
  range: string | null,
  { status, breakAfter, stallAfter, silent, wrong }: Behaviour,
  closing: AbortSignal,
): Promise<Response> {
  if (silent) await new Promise((resolve) => closing.addEventListener("abort", resolve));
  if (status !== undefined || !file || silent) return new Response("no", { status: status ?? 404 });
  const asked = /^bytes=(\d+)-$/.exec(range ?? "")?.[1];
  const start = Number(asked ?? 0);
  const content = wrong ? file.map((byte) => byte ^ 1) : file;
  if (start > 0 && start >= content.length) {
    return new Response(null, { status: 416, headers: { "content-range": `bytes */${content.length}` } });
  }
  const sent = content.subarray(start, start + (breakAfter ?? stallAfter ?? content.length));
  let ending: ReturnType<typeof setTimeout> | undefined;
  const body = new ReadableStream<Uint8Array>({
    cancel: () => clearTimeout(ending),
    start(controller) {
      controller.enqueue(sent);
      if (stallAfter !== undefined) return;
      // Fewer bytes than announced end the connection, but only after they have arrived.
      if (breakAfter !== undefined) ending = setTimeout(() => controller.close(), 300);
      else controller.close();
    },
  });
  return new Response(body, {
    status: asked === undefined ? 200 : 206,
    headers: {
      "content-length": String(content.length - start),
      ...(asked !== undefined && {
        "content-range": `bytes ${start}-${content.length - 1}/${content.length}`,
      }),
    },
  });
}
