import { ReverieError } from "../../pipeline/errors.ts";
import { bytesOf } from "../uploads/body.ts";

/** Maximum size of a JSON body in bytes; settings need far less. */
const mostBytes = 64 * 1024;

/** Milliseconds without a byte after which a body counts as interrupted. */
const idle = 30_000;

/**
 * Reads a request's body as a JSON object; an empty body yields an empty object.
 *
 * @throws {ReverieError} if the body is not a JSON object or larger than 64 KiB; reading stops there
 */
export async function readJson(request: Request): Promise<Record<string, unknown>> {
  const text = await readText(request);
  if (text.trim() === "") return {};
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new ReverieError("invalid_request", 'the body is not JSON: send an object such as {"blend": 0.3}', {
      cause,
    });
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    return value as Record<string, unknown>;
  }
  throw new ReverieError("invalid_request", 'the body must be a JSON object such as {"blend": 0.3}');
}

async function readText(request: Request): Promise<string> {
  if (Number(request.headers.get("Content-Length")) > mostBytes) throw tooLarge();
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  for await (const chunk of bytesOf(request.body, idle)) {
    bytes += chunk.length;
    if (bytes > mostBytes) throw tooLarge();
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

function tooLarge(): ReverieError {
  return new ReverieError("too_large", `a JSON body may have at most ${mostBytes} bytes`);
}
