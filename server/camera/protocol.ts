/**
 * The protocol on the camera's socket. The client sends `start`, then JPEG pictures as binary messages,
 * numbered from 0 in the order of sending. Each dreamed picture is returned as a `frame` message, followed by
 * a binary message with the JPEG.
 */
import { z } from "zod";
import type { Parameters } from "../../pipeline/settings/parameters.ts";
import { ReverieError } from "../../pipeline/errors.ts";
import type { ErrorBody } from "../errors.ts";
import type { Answer } from "../live/news.ts";

/** Maximum size of a client's message in bytes. */
export const longestMessage = 2 * 1024 * 1024;

const side = z.int().min(16).max(1920);
const id = z.union([z.string().max(100), z.number()]);

/** The client's text messages. */
export const clientMessageSchema = z.discriminatedUnion("type", [
  z.strictObject({
    type: z.literal("start"),
    width: side,
    height: side,
    preset: z.string().optional(),
    parameters: z.record(z.string(), z.unknown()).optional(),
  }),
  z.strictObject({
    type: z.literal("change"),
    id: id.optional(),
    parameters: z.record(z.string(), z.unknown()),
  }),
  z.strictObject({ type: z.literal("stop") }),
]);

/** A text message from a client. */
export type ClientMessage = z.output<typeof clientMessageSchema>;

/** Requests a session. Pictures are scaled to cover `width` x `height` pixels and returned at this size. */
export type StartMessage = Extract<ClientMessage, { type: "start" }>;

/** The server's text messages. After `error` the server closes the socket. */
export type ServerMessage =
  | { type: "ready"; width: number; height: number; provider: string; parameters: Parameters }
  | FrameMessage
  | Answer
  | { type: "error"; error: ErrorBody };

/** Precedes each dreamed picture. */
export interface FrameMessage {
  type: "frame";
  /** Number of the client's picture. */
  frame: number;
  /** Time from the arrival of the picture to its dreamed version. */
  milliseconds: number;
  /** Dreamed frames per second. */
  fps: number;
  /** Pictures dropped so far in favour of newer ones. */
  dropped: number;
  loss: number;
  motion: number;
  visible: number;
}

/**
 * Parses a text message.
 *
 * @throws {ReverieError} if the message is invalid
 */
export function readMessage(text: string): ClientMessage {
  let message: unknown;
  try {
    message = JSON.parse(text);
  } catch (cause) {
    throw new ReverieError("invalid_request", "a text message must be JSON", { cause });
  }
  const result = clientMessageSchema.safeParse(message);
  if (result.success) return result.data;
  const { path, message: reason } = result.error.issues[0]!;
  if (path[0] === "type" || path.length === 0 && typeof message !== "object") {
    throw new ReverieError("invalid_request", "a message must have the type start, change or stop", {
      field: "type",
    });
  }
  const field = path.map(String).join(".").slice(0, 60);
  throw new ReverieError("invalid_request", field === "" ? reason.slice(0, 200) : `${field}: ${reason}`, {
    ...(field !== "" && { field }),
  });
}
