/** Tests of the page in a real browser. */
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import type { DreamView } from "../../server/dreams/dream.ts";
import type { ServerOptions } from "../../server/options.ts";
import { type Need, need, testWith } from "../needs.ts";
import { json, startTestServer, type TestServer } from "../server/helpers.ts";
import { findChromium } from "./chromium.ts";
import { keepPicture } from "./picture_keeper.ts";
import { smallNetwork } from "../small_network.ts";

/** Timeout for anything, in milliseconds: the machine may be small and busy. */
export const patience = 60_000;

/** Settings that make a frame as fast as possible. */
export const quickest = { imageSize: 128, octaves: 1, firstIterations: 1, octaveIterations: 1 };

/** Settings that make a long clip outlast axe, and a frame take longer than it is shown. */
export const slow = { model: "inception-v3", octaveIterations: 6 };

/** Settings that make a short clip last longer than a slow browser needs to open it. */
export const lasting = { imageSize: 256, octaves: 1, firstIterations: 12, octaveIterations: 12 };

const executablePath = await findChromium();

/** An open page and its server. */
export interface Visit {
  server: TestServer;
  browser: Browser;
  page: Page;
  /** The origin of the page, without a trailing slash. */
  origin: string;
  /** Goes to a place of the page, such as `#/camera`. */
  go(place: string): Promise<void>;
}

/** The server and browser that a test wants. */
export interface VisitOptions {
  server?: Partial<ServerOptions>;
  context?: BrowserContextOptions;
  /** Additional flags of the browser. */
  flags?: string[];
  /** Needs of the test besides a browser. */
  needs?: Need;
  /** Lines on the browser's console that are not errors of the page. */
  expected?: RegExp;
  /** The address that the browser opens instead of the server's own. */
  through?: (server: TestServer) => { origin: string; close: () => Promise<void> };
}

/** A test with a browser and a server of its own; errors on the browser's console make it fail, too. */
export function browserTest(
  name: string,
  test: (visit: Visit) => Promise<void>,
  options: VisitOptions = {},
): void {
  const needed = [need(executablePath !== undefined, "there is no chromium here"), options.needs ?? []]
    .flat();
  testWith(needed, `in the browser: ${name}`, async () => {
    const data = await Deno.makeTempDir({ prefix: "reverie-browser-" });
    const server = await startOnce({ ...options.server, data });
    try {
      await visit(server, { ...options, name, test });
    } finally {
      await server.close();
      await Deno.remove(data, { recursive: true });
    }
  });
}

/** A server that a test may close early. */
async function startOnce(options: Partial<ServerOptions>): Promise<TestServer> {
  const server = await startTestServer(options);
  let closing: Promise<void> | undefined;
  return { ...server, close: () => closing ??= server.close() };
}

interface NamedTest extends VisitOptions {
  name: string;
  test: (visit: Visit) => Promise<void>;
}

async function visit(server: TestServer, options: NamedTest): Promise<void> {
  const { name, test, through, context: wishes, flags = [], expected } = options;
  const way = through?.(server) ?? { origin: server.url, close: async () => {} };
  const browser = await chromium.launch({ executablePath: executablePath!, args: [...sandbox(), ...flags] });
  try {
    const context = await browser.newContext({ reducedMotion: "reduce", locale: "en-GB", ...wishes });
    context.setDefaultTimeout(patience);
    const page = await context.newPage();
    const complaints = listen(page);
    const go = async (place: string) => void await page.goto(`${way.origin}/${place}`);
    try {
      await test({ server, browser, page, origin: way.origin, go });
    } catch (error) {
      await keepPicture(page, `failed, ${name}`);
      throw new Error([(error as Error).message, ...complaints].join("\n"), { cause: error });
    }
    const wrong = complaints.filter((line) => !expected?.test(line));
    if (wrong.length > 0) throw new Error(`the page complains:\n${wrong.join("\n")}`);
  } finally {
    await browser.close();
    await way.close();
  }
}

/** Chromium's sandbox does not work for root. */
function sandbox(): string[] {
  return Deno.build.os !== "windows" && Deno.uid() === 0 ? ["--no-sandbox"] : [];
}

function listen(page: Page): string[] {
  const complaints: string[] = [];
  page.on("pageerror", (error) => complaints.push(`error: ${error.message}`));
  page.on("console", (line) => {
    if (line.type() === "error") complaints.push(`${line.text()} (${line.location().url})`);
  });
  return complaints;
}

/** Starts a dream of a clip without the page; returns the dream. */
export async function dreamOf(
  { server }: Visit,
  clip: string | URL,
  settings: Record<string, string | number> = {},
): Promise<DreamView> {
  const fields = Object.entries({ name: "clip.mp4", model: smallNetwork.model, ...quickest, ...settings });
  const query = new URLSearchParams(fields.map(([name, value]) => [name, String(value)]));
  const body = await Deno.readFile(clip);
  return await json(await server.ask(`/api/dreams?${query}`, { method: "PUT", body }), 201);
}

/** Waits until the dream view shows a state: queued, running, done, failed or cancelled. */
export async function shows(page: Page, state: string): Promise<void> {
  await page.locator(`#dream[data-state=${state}]`).waitFor();
}

/** Index of the newest frame on the canvas of the dream view; waits until it is at least `least`. */
export async function liveFrame(page: Page, least = 0): Promise<number> {
  const canvas = page.locator("#live-picture[data-frame]");
  await canvas.waitFor();
  return await canvas.evaluate((found, least) =>
    new Promise<number>((resolve) => {
      const look = () => {
        const frame = Number(found.getAttribute("data-frame"));
        if (frame >= least) resolve(frame);
        else setTimeout(look, 50);
      };
      look();
    }), least);
}

/** Waits until a condition holds; fails on a timeout. */
export async function eventually(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  const end = performance.now() + patience;
  while (!await holds()) {
    if (performance.now() > end) {
      throw new Error(`in ${patience / 1000} s it did not come about that ${what}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
