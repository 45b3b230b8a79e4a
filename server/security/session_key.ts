/** The secret that signs sessions. */
import { join } from "node:path";
import { wrongUsage } from "../../pipeline/errors.ts";

/** Key for servers without a folder; their sessions end with the process. */
const passing = randomKey();

/**
 * Returns the key for a server's sessions. It consists of a random part, so that nobody can forge a cookie by
 * guessing tokens, and the token, so that sessions end when the token changes. The random part is stored in
 * the file `session-key` in the server's folder, readable only by its owner; it is created if missing, and
 * deleting it ends all sessions.
 */
export function sessionKey(token: string, folder?: string): string {
  return `${folder === undefined ? passing : keptKey(join(folder, "session-key"))} ${token}`;
}

function keptKey(path: string): string {
  try {
    const key = Deno.readTextFileSync(path);
    if (key.length >= 64) return key;
    if (!/^[0-9a-f]*$/.test(key)) {
      throw wrongUsage(`${path} is not the file of a server: move it away, or give another --data`);
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  const key = randomKey();
  Deno.writeTextFileSync(path, key, { mode: 0o600 });
  return key;
}

function randomKey(): string {
  return crypto.getRandomValues(new Uint8Array(32)).toHex();
}
