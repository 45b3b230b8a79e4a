/** A real server for black-box tests. */
import { pino } from "pino";
import type { DreamView } from "../../server/dreams/dream.ts";
import type { Dreams } from "../../server/dreams/dreams.ts";
import { defaultLimits, type ServerOptions } from "../../server/options.ts";
import { startServer } from "../../server/serve.ts";
import { smallNetwork } from "../small_network.ts";

/** A server that runs for a test. */
export interface TestServer {
  /** The server's address, without a trailing slash. */
  url: string;
  dreams: Dreams;
  /** The server's data folder. */
  data: string;
  /** Requests a path from the server. */
  ask(path: string, init?: RequestInit): Promise<Response>;
  /** Closes the server and removes its data. */
  close(): Promise<void>;
}

/**
 * Starts a server on a free port with its own data, which {@link TestServer.close} removes. Nothing is
 * logged.
 */
export async function startTestServer(options: Partial<ServerOptions> = {}): Promise<TestServer> {
  const data = options.data ?? await Deno.makeTempDir({ prefix: "reverie-server-" });
  const { url, dreams, close } = await startServer({
    host: "127.0.0.1",
    port: 0,
    cors: [],
    withoutToken: false,
    providers: ["cpu"],
    limits: defaultLimits,
    ...options,
    data,
  }, { log: pino({ level: "silent" }) });
  return {
    url,
    dreams,
    data,
    ask: (path, init) => fetch(url + path, init),
    close: async () => {
      await close();
      if (options.data === undefined) await Deno.remove(data, { recursive: true });
    },
  };
}

/** Runs a test with a server of its own. */
export async function withTestServer(
  test: (server: TestServer) => Promise<void>,
  options: Partial<ServerOptions> = {},
): Promise<void> {
  const server = await startTestServer(options);
  try {
    await test(server);
  } finally {
    await server.close();
  }
}

/** The sample clip. */
export const sample: URL = new URL("../../static/sample.mp4", import.meta.url);

/** Settings that make a dream very short. */
export const quick = {
  model: smallNetwork.model,
  imageSize: 64,
  octaves: 1,
  firstIterations: 1,
  octaveIterations: 1,
  duration: 0.3,
};

/** The same settings as a query, with additional fields. */
export function quickQuery(further: Record<string, string | number> = {}): string {
  const fields = Object.entries({ ...quick, ...further });
  return new URLSearchParams(fields.map(([name, value]) => [name, String(value)])).toString();
}

/** Settings that make a dream of the sample clip take about a minute, at less than a second per frame. */
export const slowQuery: string = new URLSearchParams({ imageSize: "256", octaveIterations: "12" }).toString();

/** The JSON of a response, which must have the given status. */
// deno-lint-ignore no-explicit-any
export async function json(response: Response, status = 200): Promise<any> {
  const text = await response.text();
  if (response.status !== status) throw new Error(`${response.status} instead of ${status}: ${text}`);
  return JSON.parse(text);
}

/** Uploads the sample clip; returns the dream. */
export async function upload({ ask }: TestServer, query = quickQuery()): Promise<DreamView> {
  const body = await Deno.readFile(sample);
  return await json(await ask(`/api/dreams?${query}`, { method: "PUT", body }), 201);
}

/**
 * Polls a dream until it is in one of the states.
 *
 * @throws {Error} if it ends in another state, or after a minute
 */
export async function until(server: TestServer, id: string, ...states: string[]): Promise<DreamView> {
  const end = performance.now() + 60_000;
  for (;;) {
    const dream: DreamView = await json(await server.ask(`/api/dreams/${id}`));
    if (states.includes(dream.state)) return dream;
    if (performance.now() > end || ["done", "failed", "cancelled"].includes(dream.state)) {
      throw new Error(
        `the dream is ${dream.state}, not ${states.join(" or ")}: ${JSON.stringify(dream.error)}`,
      );
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Every file in a data folder except the database and the session key. */
export async function filesBelow(folder: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (isDirectory) found.push(...await filesBelow(`${folder}/${name}`));
    else if (!/^(reverie\.sqlite.*|session-key)$/.test(name)) found.push(`${folder}/${name}`);
  }
  return found;
}
