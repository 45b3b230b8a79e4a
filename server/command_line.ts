/** The command line of `serve`. */
import { wrongUsage } from "../pipeline/errors.ts";
import { type Flag, type ParsedFlags, parseFlags, parseNumber } from "../pipeline/flags.ts";
import { commands, flagsOf } from "../pipeline/terminal/commands.ts";
import { providerList } from "../pipeline/terminal/dream_options.ts";
import { program } from "../pipeline/terminal/help.ts";
import { parseBytes, parseTime } from "../pipeline/terminal/units.ts";
import { defaultDataFolder } from "./data_folder.ts";
import { defaultLimits, type Limits, type ServerOptions } from "./options.ts";

/** Environment variable with the token, which so does not show in the list of processes. */
const tokenVariable = "REVERIE_TOKEN";

/** Understands the command line of `serve`. Throws a ReverieError that names what is wrong and what to do. */
export function parseServe(args: readonly string[]): ServerOptions {
  const { values, positionals } = parseFlags(args, flagsOf(commands.serve));
  if (positionals.length > 0) {
    throw wrongUsage(`serve takes flags alone, not "${positionals[0]}": ${program} serve --help`);
  }
  const given = new Given(values);
  const token = given.text("token") ?? Deno.env.get(tokenVariable);
  if (token === "") throw wrongUsage(`--token must not be empty; without a token say --no-token`);
  const keepDays = given.above("keep"), quota = given.bytes("quota");
  const providers = providerList(given.text("provider"));
  return {
    host: given.text("host") ?? "127.0.0.1",
    port: given.whole("port", 0, 65535) ?? 8000,
    data: given.text("data") ?? defaultDataFolder(),
    cors: (given.text("cors") ?? "").split(",").map((origin) => origin.trim()).filter(Boolean).map(originOf),
    limits: limits(given),
    withoutToken: values.get("no-token") === true,
    ...(token !== undefined && { token }),
    ...(providers && { providers }),
    ...(keepDays !== undefined && { keepDays }),
    ...(quota !== undefined && { quota }),
  };
}

function limits(given: Given): Limits {
  const chosen = {
    upload: given.bytes("max-upload"),
    duration: given.time("max-duration"),
    pixels: given.size("max-size"),
    frames: given.whole("max-frames", 1),
    queue: given.whole("queue", 1, 10_000),
    seconds: given.time("max-time"),
    memory: given.bytes("max-memory"),
  };
  const named = Object.entries(chosen).filter(([, value]) => value !== undefined);
  return { ...defaultLimits, ...Object.fromEntries(named) };
}

/** The origin of a site, as browsers send it. */
function originOf(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url && /^https?:$/.test(url.protocol) && url.pathname === "/") return url.origin;
  throw wrongUsage(`--cors takes origins such as https://example.org, separated by commas, not "${text}"`);
}

/** What the user gave, by the kind of value. */
class Given {
  constructor(private readonly values: ParsedFlags["values"]) {}

  text(name: Flag["name"]): string | undefined {
    const value = this.values.get(name);
    return typeof value === "string" ? value : undefined;
  }

  whole(name: string, least: number, most = Number.MAX_SAFE_INTEGER): number | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const number = parseNumber(text);
    if (number !== undefined && Number.isInteger(number) && number >= least && number <= most) return number;
    const range = most === Number.MAX_SAFE_INTEGER ? `from ${least}` : `from ${least} to ${most}`;
    throw wrongUsage(`--${name} must be a whole number ${range}, not "${text}"`);
  }

  above(name: string): number | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const number = parseNumber(text);
    if (number !== undefined && number > 0) return number;
    throw wrongUsage(`--${name} must be a number above 0, not "${text}"`);
  }

  bytes(name: string): number | undefined {
    const text = this.text(name);
    return text === undefined ? undefined : parseBytes(text, name);
  }

  time(name: string): number | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const seconds = parseTime(text, name);
    if (seconds > 0) return seconds;
    throw wrongUsage(`--${name} must be above 0`);
  }

  /** A picture size as its number of pixels. */
  size(name: string): number | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const [, width, height] = /^(\d{1,5})x(\d{1,5})$/.exec(text.trim()) ?? [];
    const pixels = Number(width) * Number(height);
    if (pixels > 0) return pixels;
    throw wrongUsage(`--${name} must be a size such as 3840x2160, not "${text}"`);
  }
}
