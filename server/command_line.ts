/** The command line of `serve`. */
import { type Flag, type ParsedFlags, parseFlags } from "../pipeline/command_line/flags.ts";
import { parseNumber } from "../pipeline/settings/parse_number.ts";
import { type Command, flagsOf, help, provider, verbose } from "../pipeline/command_line/commands.ts";
import { providerList } from "../pipeline/command_line/dream_options.ts";
import { program } from "../pipeline/command_line/help.ts";
import { parseBytes, parseWhole } from "../pipeline/settings/units.ts";
import { defaultDataFolder } from "./data_folder.ts";
import { limits, limitsFrom, type ServerOptions } from "./options.ts";
import { wrongUsage } from "../pipeline/errors.ts";

const limitFlags: Flag[] = Object.values(limits).map(({ flag, placeholder, help, default: usual }) => ({
  name: flag,
  placeholder,
  description: `${help} [default ${usual}]`,
}));

/** The command, as the help shows it. */
export const serveCommand: Command = {
  name: "serve",
  usage: "[--host ADDRESS] [--port N] [--data DIR]",
  summary: "serve the page and the API: upload, watch it dream, keep it",
  groups: [
    {
      title: "Where",
      flags: [
        { name: "host", placeholder: "ADDRESS", description: "address to listen on [default 127.0.0.1]" },
        { name: "port", placeholder: "N", description: "port; 0 takes a free one [default 8000]" },
        {
          name: "data",
          placeholder: "DIR",
          description: "folder for dreams and their database (default: the user's data folder)",
        },
        provider,
      ],
    },
    {
      title: "Who may come in",
      flags: [
        {
          name: "token",
          placeholder: "SECRET",
          description: "ask everybody for this secret; REVERIE_TOKEN in the environment does the same",
        },
        {
          name: "no-token",
          description: "let everybody in, even where other machines can reach the server",
        },
        {
          name: "cors",
          placeholder: "ORIGIN,…",
          description: "other sites whose pages may use the API, such as https://example.org (default: none)",
        },
      ],
    },
    {
      title: "How much",
      flags: [
        ...limitFlags,
        {
          name: "keep",
          placeholder: "DAYS",
          description: "delete dreams so long after their end (default: never)",
        },
        {
          name: "quota",
          placeholder: "SIZE",
          description: "delete the oldest ended dreams where all take more than this (default: never)",
        },
      ],
    },
    { title: "Flags", flags: [verbose, help] },
  ],
};

/** Environment variable with the token: there it does not show in the list of processes. */
const tokenVariable = "REVERIE_TOKEN";

/** Understands the command line of `serve`. Throws a ReverieError that names what is wrong and what to do. */
export function parseServe(args: readonly string[]): ServerOptions {
  const { values, positionals } = parseFlags(args, flagsOf(serveCommand));
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
    limits: limitsFrom((flag) => given.text(flag)),
    withoutToken: values.get("no-token") === true,
    ...(token !== undefined && { token }),
    ...(providers && { providers }),
    ...(keepDays !== undefined && { keepDays }),
    ...(quota !== undefined && { quota }),
  };
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

  whole(name: string, least: number, most: number): number | undefined {
    const text = this.text(name);
    return text === undefined ? undefined : parseWhole(text, name, least, most);
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
}
