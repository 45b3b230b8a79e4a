/** A client's messages on a dream's socket: only changes of settings. */
import { z } from "zod";
import type { SomeParameters } from "../../pipeline/settings/parameters.ts";
import { readSettings } from "../uploads/settings.ts";
import { type ChangeHooks, Changes } from "./changes.ts";
import { ReverieError } from "../../pipeline/errors.ts";
import { bodyOf } from "../errors.ts";

/** Callbacks of {@link ClientMessages}. */
export interface ClientMessageHooks extends ChangeHooks {
  /** Closes the connection to the client. */
  close(code: 1008 | 1009, reason: string): void;
}

/** Maximum length of a message in characters. */
export const longestMessage = 64 * 1024;
/** Number of invalid messages above which the socket is closed. */
export const mostBad = 20;
/** Number of messages in one second above which the socket is closed. */
export const mostPerSecond = 200;

const messageSchema = z.strictObject({
  type: z.literal("change"),
  id: z.union([z.string().max(64), z.number()]).optional(),
  parameters: z.record(z.string(), z.unknown())
    .refine((parameters) => Object.keys(parameters).length > 0, "names no setting"),
});

const shape = 'send {"type": "change", "parameters": {"blend": 0.3}}';

/** Reads a client's messages; each is answered by `changed` or `refused`. */
export class ClientMessages {
  readonly #hooks: ClientMessageHooks;
  readonly #changes: Changes;
  #bad = 0;
  #second = 0;
  #inSecond = 0;
  #over = false;

  constructor(hooks: ClientMessageHooks) {
    this.#hooks = hooks;
    this.#changes = new Changes(hooks);
  }

  /** Handles a message from the socket. */
  receive(data: unknown): void {
    if (this.#over) return;
    if (typeof data !== "string") return this.#close(1008, "only text messages are understood");
    if (data.length > longestMessage) {
      return this.#close(1009, `messages have ${longestMessage} bytes at most`);
    }
    if (this.#tooMany()) return this.#close(1008, "too many messages");
    const message = this.#read(data);
    if (message) this.#changes.add(message);
  }

  #read(text: string): { id?: string | number; parameters: SomeParameters } | undefined {
    let json: unknown;
    try {
      json = JSON.parse(text);
    } catch {
      return this.#refuseBad(json, `this is not JSON: ${shape}`);
    }
    const { success, data, error } = messageSchema.safeParse(json);
    if (!success) return this.#refuseBad(json, badMessage(error));
    const id = data.id === undefined ? {} : { id: data.id };
    try {
      return { ...id, parameters: readSettings(data.parameters, []).given };
    } catch (error) {
      this.#hooks.answer({ type: "refused", ...id, error: bodyOf(error) });
      return undefined;
    }
  }

  #refuseBad(json: unknown, message: string): undefined {
    if (++this.#bad > mostBad) return void this.#close(1008, "too many messages that mean nothing here");
    const id = z.object({ id: messageSchema.shape.id }).safeParse(json).data?.id;
    this.#hooks.answer({
      type: "refused",
      ...(id !== undefined && { id }),
      error: bodyOf(new ReverieError("invalid_request", message)),
    });
  }

  #tooMany(): boolean {
    const second = Math.floor(performance.now() / 1000);
    if (second !== this.#second) this.#inSecond = 0;
    this.#second = second;
    return ++this.#inSecond > mostPerSecond;
  }

  #close(code: 1008 | 1009, reason: string): void {
    this.#over = true;
    this.#hooks.close(code, reason);
  }
}

function badMessage(error: z.ZodError): string {
  const { path, message } = error.issues[0]!;
  return path.length === 0
    ? `${shape}: ${message}`
    : `"${path.join(".")}" is not right (${message}): ${shape}`;
}
