import { homedir } from "node:os";
import { join } from "node:path";

/** Returns the default folder for dreams: the user's data folder as the operating system defines it. */
export function defaultDataFolder(): string {
  switch (Deno.build.os) {
    case "darwin":
      return join(homedir(), "Library", "Application Support", "reverie");
    case "windows":
      return join(Deno.env.get("LOCALAPPDATA") ?? join(homedir(), "AppData", "Local"), "reverie", "data");
    default:
      return join(Deno.env.get("XDG_DATA_HOME") || join(homedir(), ".local", "share"), "reverie");
  }
}
