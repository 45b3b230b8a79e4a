/** The command `serve`. */
import { type Flag, parseFlags } from "../pipeline/command_line/flags.ts";
import {
  type Command,
  type CommandScreen,
  flagsOf,
  help,
  provider,
  type RunnableCommand,
  verbose,
} from "../pipeline/command_line/command.ts";
import { FlagValues } from "../pipeline/command_line/flag_values.ts";
import { interruptible } from "../pipeline/command_line/interruptible.ts";
import { program } from "../pipeline/command_line/program.ts";
import { wrongUsage } from "../pipeline/errors.ts";
import { isIP } from "node:net";
import { normalAddress } from "./security/client_address.ts";
import { createPrivately, defaultDataFolder } from "./data_folder.ts";
import { connectionDefaults, limits, limitsFrom, type ServerOptions } from "./options.ts";

const limitFlags: Flag[] = Object.values(limits).map(({ flag, placeholder, help, default: usual }) => ({
  name: flag,
  placeholder,
  description: `${help} [default ${usual}]`,
}));

/** The command's description for the help. */
const description: Command = {
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
        {
          name: "proxy",
          placeholder: "ADDRESS,…",
          description: "reverse proxies whose X-Forwarded-For tells the client's address (default: none)",
        },
      ],
    },
    {
      title: "How much",
      flags: [
        ...limitFlags,
        {
          name: "max-connections",
          placeholder: "N",
          description: `most connections at a time [default ${connectionDefaults.most}]`,
        },
        {
          name: "max-connections-per-address",
          placeholder: "N",
          description: "most connections from one address, except from a --proxy " +
            `[default ${connectionDefaults.mostPerAddress}]`,
        },
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

/** The runnable command `serve`. */
export const serve: RunnableCommand = { ...description, run };

async function run(args: readonly string[], screen: CommandScreen): Promise<number> {
  const options = parseServe(args);
  createPrivately();
  const { serve } = await import("./serve.ts");
  const onListening = ({ url }: { url: string }) => screen.warn(`Reverie is at ${url} (Ctrl-C stops it)`);
  await interruptible(screen, (signal) => serve(options, { signal, onListening }));
  return 0;
}

/** Environment variable that holds the token; unlike a flag, it does not show up in the process list. */
const tokenVariable = "REVERIE_TOKEN";

/**
 * Parses the command line of `serve`.
 *
 * @throws {ReverieError} if a flag is wrong; the message names the flag and what to do
 */
export function parseServe(args: readonly string[]): ServerOptions {
  const { values, positionals } = parseFlags(args, flagsOf(description));
  if (positionals.length > 0) {
    throw wrongUsage(`serve takes flags alone, not "${positionals[0]}": ${program} serve --help`);
  }
  const given = new FlagValues({ values });
  const token = given.text("token") ?? Deno.env.get(tokenVariable);
  if (token === "") throw wrongUsage(`--token must not be empty; without a token say --no-token`);
  const keepDays = given.above("keep"), quota = given.bytes("quota");
  const providers = given.providers();
  const connections = given.whole("max-connections", 1, 1_000_000);
  const connectionsPerAddress = given.whole("max-connections-per-address", 1, 1_000_000);
  return {
    host: given.text("host") ?? "127.0.0.1",
    port: given.whole("port", 0, 65535) ?? 8000,
    data: given.text("data") ?? defaultDataFolder(),
    cors: (given.words("cors") ?? []).map(originOf),
    proxies: (given.words("proxy") ?? []).map(addressOf),
    limits: limitsFrom((flag) => given.text(flag)),
    withoutToken: given.isOn("no-token"),
    ...(token !== undefined && { token }),
    ...(providers && { providers }),
    ...(connections !== undefined && { connections }),
    ...(connectionsPerAddress !== undefined && { connectionsPerAddress }),
    ...(keepDays !== undefined && { keepDays }),
    ...(quota !== undefined && { quota }),
  };
}

/** Returns the origin of a site in the form that browsers send. */
function originOf(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url && /^https?:$/.test(url.protocol) && url.pathname === "/") return url.origin;
  throw wrongUsage(`--cors takes origins such as https://example.org, separated by commas, not "${text}"`);
}

/** Returns an address in the form in which connections show it. */
function addressOf(text: string): string {
  if (isIP(text) !== 0) return normalAddress(text);
  throw wrongUsage(`--proxy takes addresses such as 10.0.0.2, separated by commas, not "${text}"`);
}
