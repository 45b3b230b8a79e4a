/** A server of files on this machine that can be made to misbehave, in place of hosts of the web. */

/** What a server does with a file, where it does not just send it. */
export interface Behaviour {
  status?: number;
  /** Sends so many bytes of a body and then breaks the connection. */
  breakAfter?: number;
  /** Sends so many bytes of a body and then nothing. */
  stallAfter?: number;
  /** Takes the connection and never answers. */
  silent?: boolean;
  /** Sends other bytes of the same length. */
  wrong?: boolean;
}

/** A running server. */
export interface WebServer {
  /** Its base URL, without a slash at the end. */
  url: string;
  /** The paths that were asked for, with the range where one was. */
  asked: { path: string; range: string | null }[];
  /** Changes what becomes of the files whose path matches; of several that do, the last counts. */
  behave: (path: RegExp, behaviour: Behaviour) => void;
}

/** Runs with a server that has files by their paths, such as `/host/folder/file`. */
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
      // Fewer bytes than were announced end the connection; not before they have arrived.
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
