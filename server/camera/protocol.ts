/**
 * What a page and the server say to each other on the camera's socket. The client sends `start`, then JPEG pictures as
 * binary messages, numbered from 0 in the order in which they are sent; each dreamed picture comes back as a `frame`
 * message, followed by a binary one with the JPEG.
 */
import { z } from "zod";
import type { Parameters } from "../../pipeline/settings/parameters.ts";
import { ReverieError } from "../../pipeline/errors.ts";
import type { ErrorBody } from "../errors.ts";
import type { Answer } from "../live/news.ts";

/** Most bytes of a message from a client. */
export const longestMessage = 2 * 1024 * 1024;

const side = z.int().min(16).max(1920);
const id = z.union([z.string().max(100), z.number()]);

/** What a client may send as text. */
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

/** A text message of a client. */
export type ClientMessage = z.output<typeof clientMessageSchema>;

/** Asks for a session. Pictures are scaled to cover `width` x `height` and come back at this size. */
export type StartMessage = Extract<ClientMessage, { type: "start" }>;

/** What the server sends as text. After `error` it closes the socket. */
export type ServerMessage =
  | { type: "ready"; width: number; height: number; provider: string; parameters: Parameters }
  | FrameMessage
  | Answer
  | { type: "error"; error: ErrorBody };

/** Comes before each dreamed picture. */
export interface FrameMessage {
  type: "frame";
  /** Which of the client's pictures it was. */
  frame: number;
  /** From the arrival of the picture to the dreamed one. */
  milliseconds: number;
  /** Dreamed frames per second. */
  fps: number;
  /** Pictures left out so far, since newer ones had come. */
  dropped: number;
  loss: number;
  motion: number;
  visible: number;
}

/** Reads a text message. Throws a ReverieError that says what is wrong with it. */
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
