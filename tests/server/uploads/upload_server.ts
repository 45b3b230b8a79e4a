/**
 * A server that accepts uploads by all three routes and discards them. A test runs it as a script and
 * measures it.
 */
import { asReverieError, bodyOf } from "../../../server/errors.ts";
import { defaultLimits, type Limits } from "../../../server/options.ts";
import { type Received, Uploads } from "../../../server/uploads/uploads.ts";

/** The response of the server under test to an upload. */
export type Answer = Omit<Received, "file">;

/** Options of {@link serveUploads}. */
export interface UploadServerOptions {
  limits?: Partial<Limits>;
  idle?: number;
  /** Whether the upload is inspected before it is discarded. */
  inspected?: boolean;
  /** Called with every complete upload. */
  onReceived?: (received: Received) => void;
}

/** A running server. */
export interface UploadServer extends AsyncDisposable {
  url: string;
  port: number;
  folder: string;
  uploads: Uploads;
  /** Paths of all files in the folder. */
  left(): string[];
}

/** Starts a server with a folder of its own; both are removed when it is disposed of. */
export function serveUploads(options: UploadServerOptions = {}): UploadServer {
  const folder = Deno.makeTempDirSync({ prefix: "reverie-test-" });
  const limits = { ...defaultLimits, ...options.limits };
  const uploads = new Uploads({ folder, limits, ...(options.idle !== undefined && { idle: options.idle }) });
  const take = async (received: Received) => {
    options.onReceived?.(received);
    const { file, ...told } = received;
    try {
      if (options.inspected) await uploads.inspect(file, received.name);
    } finally {
      await uploads.discard(file);
    }
    return told;
  };
  let dreams = 0;
  const tus = uploads.tus(async (received) => {
    await take(received);
    const id = String(++dreams);
    return { id, location: `/api/dreams/${id}` };
  });
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, async (request) => {
    const { pathname } = new URL(request.url);
    if (pathname === "/memory") return Response.json(memory());
    if (pathname.startsWith("/files")) return await tus(request);
    const receive = request.method === "PUT" ? uploads.receiveRaw : uploads.receiveMultipart;
    try {
      return Response.json(await take(await receive.call(uploads, request)));
    } catch (error) {
      const { status } = asReverieError(error), body = bodyOf(error);
      return Response.json({ error: body }, { status });
    }
  });
  const { port } = server.addr;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    folder,
    uploads,
    left: () => filesBelow(folder),
    async [Symbol.asyncDispose]() {
      await server.shutdown();
      await Deno.remove(folder, { recursive: true });
    },
  };
}

function filesBelow(folder: string): string[] {
  return [...Deno.readDirSync(folder)].flatMap(({ name, isDirectory }) =>
    isDirectory ? filesBelow(`${folder}/${name}`) : [`${folder}/${name}`]
  );
}

/** Resident bytes since the last call: current and peak. */
function memory(): { now: number; peak: number } {
  const now = Deno.memoryUsage().rss;
  const told = { now, peak: Math.max(peak, now) };
  peak = now;
  return told;
}

let peak = 0;

if (import.meta.main) {
  setInterval(() => peak = Math.max(peak, Deno.memoryUsage().rss), 5);
  console.log(serveUploads().url);
}
