/** The secret that sessions are signed with. */
import { join } from "node:path";

/** For servers without a folder; their sessions end with the process. */
const passing = randomKey();

/**
 * The key for a server's sessions: a random one, so that no cookie can be made by guessing tokens, together with the
 * token, so that sessions end when it changes. The random part is kept in the file `session-key` of the server's
 * folder, readable by its owner alone; it is made where it is missing, and deleting it ends all sessions.
 */
export function sessionKey(token: string, folder?: string): string {
  return `${folder === undefined ? passing : keptKey(join(folder, "session-key"))} ${token}`;
}

function keptKey(path: string): string {
  try {
    const key = Deno.readTextFileSync(path);
    if (key.length >= 64) return key;
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
