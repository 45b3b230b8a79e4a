/** Uploads byte by byte, by every route that the server offers. */
import { Connection, type Reply } from "./connection.ts";

/** The content of an upload: a number of zeros, generated on the fly, or bytes. */
export type Content = number | Uint8Array;

/** An answered upload; times in milliseconds of `performance.now()`. */
export interface Uploaded {
  reply: Reply;
  /** Times at which the first byte was sent, the last byte was sent, and the response arrived. */
  began: number;
  sent: number;
  answered: number;
}

/** Bytes per chunk of a chunked body: as many as curl sends at once. */
const chunkSize = 64 * 1024;

/** Every upload route, by name. */
export const routes = {
  /** The whole body in a PUT. */
  raw: (port, content) => send(port, "PUT /api/dreams?name=bench.mp4", {}, { content }),

  /** A form with one field. */
  multipart(port, content) {
    const head = '--x\r\nContent-Disposition: form-data; name="video"; filename="bench.mp4"\r\n\r\n';
    const headers = { "Content-Type": "multipart/form-data; boundary=x" };
    return send(port, "POST /api/dreams", headers, { content, head, tail: "\r\n--x--\r\n" });
  },

  /** Resumable, in one piece. */
  async tus(port, content) {
    const version = { "Tus-Resumable": "1.0.0" };
    const length = { "Upload-Length": String(lengthOf(content)) };
    const { reply } = await send(port, "POST /files", { ...version, ...length }, { content: 0 });
    const path = reply.headers.get("location");
    if (path === undefined) throw new Error(`no resumable upload was created: ${textOf(reply)}`);
    const type = { "Upload-Offset": "0", "Content-Type": "application/offset+octet-stream" };
    return await send(port, `PATCH ${path}`, { ...version, ...type }, { content });
  },

  /** A PUT without a content length. */
  async chunked(port, content) {
    using connection = await Connection.open(port);
    const began = performance.now();
    await connection.sendHead("PUT /api/dreams?name=bench.mp4", { "Transfer-Encoding": "chunked" });
    for (const bytes of pieces(content, chunkSize)) {
      await connection.send(`${bytes.length.toString(16)}\r\n`);
      await connection.send(bytes);
      await connection.send("\r\n");
    }
    await connection.send("0\r\n\r\n");
    const sent = performance.now();
    return { reply: await connection.reply(), began, sent, answered: performance.now() };
  },
} satisfies Record<string, (port: number, content: Content) => Promise<Uploaded>>;

/** Name of an upload route. */
export type Route = keyof typeof routes;

/** A response body as text. */
export function textOf({ body }: Reply): string {
  return new TextDecoder().decode(body);
}

interface Body {
  content: Content;
  /** Text around the content. */
  head?: string;
  tail?: string;
}

/** Uploads with settings in the query. */
export function put(port: number, query: string, content: Content): Promise<Uploaded> {
  return send(port, `PUT /api/dreams?${query}`, {}, { content });
}

async function send(
  port: number,
  request: string,
  headers: Record<string, string>,
  { content, head = "", tail = "" }: Body,
): Promise<Uploaded> {
  using connection = await Connection.open(port);
  const length = head.length + lengthOf(content) + tail.length;
  const began = performance.now();
  await connection.sendHead(request, { ...headers, "Content-Length": String(length) });
  await connection.send(head);
  for (const bytes of pieces(content, 1 << 20)) await connection.send(bytes);
  await connection.send(tail);
  const sent = performance.now();
  return { reply: await connection.reply(), began, sent, answered: performance.now() };
}

function lengthOf(content: Content): number {
  return typeof content === "number" ? content : content.length;
}

function* pieces(content: Content, size: number): Generator<Uint8Array> {
  const length = lengthOf(content);
  const zeros = typeof content === "number" ? new Uint8Array(size) : undefined;
  for (let at = 0; at < length; at += size) {
    const end = Math.min(length, at + size);
    yield zeros ? zeros.subarray(0, end - at) : (content as Uint8Array).subarray(at, end);
  }
}
