/** Runs the server: opens all its parts, listens, and closes them again. */
import { join } from "node:path";
import type { Logger } from "pino";
import { wrongUsage } from "../pipeline/errors.ts";
import { plain } from "../pipeline/settings/presets.ts";
import { settings } from "../pipeline/settings/settle.ts";
import { createApp } from "./app.ts";
import { openDataFolder } from "./data_folder.ts";
import { Dreams } from "./dreams/dreams.ts";
import { metered } from "./http/metrics/metered_renderer.ts";
import { connectionBounds } from "./http/listener/bounds.ts";
import { listen, type Listener, type ListenOptions } from "./http/listener/listen.ts";
import { Metrics } from "./http/metrics/metrics.ts";
import { createLog } from "./http/request_log.ts";
import { LiveHub } from "./live/hub.ts";
import { NetworkFetches } from "./networks/network_fetches.ts";
import type { ServerOptions } from "./options.ts";
import { Renderer } from "./rendering/renderer.ts";
import { checkExposure } from "./security/exposure.ts";
import { Uploads } from "./uploads/uploads.ts";

/** Options of {@link serve}. */
export interface ServeOptions {
  /** Closes the server. */
  signal?: AbortSignal;
  /** Called with the address once the server accepts connections. */
  onListening?: (address: { url: string }) => void;
  /** Where requests and defects are logged; by default as JSON lines on the standard output. */
  log?: Logger;
}

/** A server that accepts connections. */
export interface RunningServer {
  /** Its address, without a trailing slash. */
  url: string;
  port: number;
  /** The dreams it keeps, for programs that embed the server. */
  dreams: Dreams;
  /**
   * Closes sockets, lets open requests finish and stops the server. A dream in progress resumes at the next
   * start.
   */
  close(): Promise<void>;
}

/** How long open requests may take to finish when the server closes, in milliseconds. */
const patienceMs = 3_000;

/**
 * Serves until the signal is aborted.
 *
 * @throws {ReverieError} if the options would leave the server open to everybody, the port is taken, or the
 * data folder cannot be used
 */
export async function serve(options: ServerOptions, serving: ServeOptions = {}): Promise<void> {
  const { signal, onListening, log } = serving;
  const server = await startServer(options, { warm: true, ...(log && { log }) });
  try {
    onListening?.({ url: server.url });
    await aborted(signal);
  } finally {
    await server.close();
  }
}

/** Options of {@link startServer}. */
export interface StartOptions extends Pick<ServeOptions, "log"> {
  /** Loads the dream network in the background so that the first dream starts sooner. */
  warm?: boolean;
}

/**
 * Starts a server and returns once it accepts connections; port 0 picks a free port.
 *
 * @throws {ReverieError} if the options would leave the server open to everybody, the port is taken, or the
 * data folder cannot be used
 */
export async function startServer(
  options: ServerOptions,
  { log = createLog(), warm = false }: StartOptions = {},
): Promise<RunningServer> {
  checkExposure(options);
  await openDataFolder(options.data);
  const parts = await openParts(options, log);
  const closing = new AbortController();
  const expiry = setInterval(() => parts.uploads.removeExpired().catch((err) => log.error({ err })), hour);
  try {
    const app = createApp({ ...parts, options, log, closing: closing.signal });
    const listener = await openListener(options, app.fetch, log);
    if (warm) warmUp(parts, log);
    const { port } = listener;
    const close = once(async () => {
      clearInterval(expiry);
      closing.abort();
      parts.hub.close();
      // Requests first: they need everything else until they are answered. Not for ever: a slow reader could
      // take that long.
      await listener.close(patienceMs);
      await closeParts(parts);
    });
    return { url: `http://${hostInUrl(options.host)}:${port}`, port, dreams: parts.dreams, close };
  } catch (error) {
    clearInterval(expiry);
    await closeParts(parts);
    throw error;
  }
}

type Parts = Awaited<ReturnType<typeof openParts>>;

async function openParts(options: ServerOptions, log: Logger) {
  const { data, limits, providers, keepDays, quota } = options;
  const metrics = new Metrics();
  const uploads = new Uploads({ folder: join(data, "uploads"), limits });
  const hub = new LiveHub();
  const renderer = new Renderer({ ...(providers && { providers }), memory: limits.memory });
  try {
    const dreams = await Dreams.open({
      data,
      limits,
      hub,
      log,
      renderer: metered(renderer, metrics),
      ...(keepDays !== undefined && { keepDays }),
      ...(quota !== undefined && { quota }),
    });
    metrics.observe({ dreams, hub });
    return { metrics, uploads, hub, renderer, dreams, fetches: new NetworkFetches(renderer) };
  } catch (error) {
    hub.close();
    await renderer.close();
    throw error;
  }
}

/** How often abandoned uploads are cleaned up, in milliseconds. */
const hour = 3_600_000;

/**
 * Fetches and compiles what the first dream needs. If that fails, the dream itself reports the error later.
 */
async function warmUp(
  { renderer, fetches }: Pick<Parts, "renderer" | "fetches">,
  log: Logger,
): Promise<void> {
  try {
    await fetches.fetchDefault(plain.looks[0].network);
    await renderer.check({ parameters: settings({ given: {} }), layers: true });
  } catch (err) {
    log.warn({ err }, "the dream network is not there yet");
  }
}

/**
 * Closes the dreams before the renderer, so that the running dream is recorded as resumable when the renderer
 * stops it.
 */
async function closeParts({ hub, dreams, renderer }: Parts): Promise<void> {
  hub.close();
  await dreams.close();
  await renderer.close();
}

async function openListener(
  options: ServerOptions,
  handler: ListenOptions["handler"],
  log: Logger,
): Promise<Listener> {
  const { host, port } = options;
  try {
    return await listen({ host, port, bounds: connectionBounds(options), handler, log });
  } catch (cause) {
    const { code } = cause as { code?: string };
    if (code === "EADDRINUSE") {
      throw wrongUsage(`port ${port} is in use: choose another one with --port`, { cause });
    }
    if (code === "EACCES") {
      throw wrongUsage(`port ${port} needs more rights: choose one from 1024 with --port`, { cause });
    }
    throw wrongUsage(`${host} is no address of this machine: choose another one with --host`, { cause });
  }
}

function hostInUrl(host: string): string {
  return host.includes(":") ? `[${host}]` : host;
}

function aborted(signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) resolve();
    else signal?.addEventListener("abort", () => resolve(), { once: true });
  });
}

function once(action: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | undefined;
  return () => done ??= action();
}
