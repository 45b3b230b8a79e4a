/**
 * HTTP/1.1 on a single connection, byte by byte: cheaper than `fetch`, and each viewer gets a connection of
 * its own.
 */

/** A response. */
export interface Reply {
  status: number;
  /** Names in lower case. */
  headers: Map<string, string>;
  body: Uint8Array<ArrayBuffer>;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder("latin1");

/** A connection to a server on this machine, kept open between requests. */
export class Connection implements Disposable {
  readonly #connection: Deno.TcpConn;
  #buffer: Uint8Array<ArrayBuffer> = new Uint8Array(16 * 1024);
  #start = 0;
  #end = 0;

  private constructor(connection: Deno.TcpConn) {
    this.#connection = connection;
  }

  static async open(port: number): Promise<Connection> {
    const connection = await Deno.connect({ hostname: "127.0.0.1", port });
    connection.setNoDelay();
    return new Connection(connection);
  }

  /** Sends the head of a request: `GET /path` and headers, one per line. */
  async sendHead(request: string, headers: Record<string, string> = {}): Promise<void> {
    const lines = Object.entries({ Host: "127.0.0.1", ...headers }).map(([name, value]) =>
      `${name}: ${value}`
    );
    await this.send([`${request} HTTP/1.1`, ...lines, "", ""].join("\r\n"));
  }

  async send(data: string | Uint8Array): Promise<void> {
    const bytes = typeof data === "string" ? encoder.encode(data) : data;
    for (let sent = 0; sent < bytes.length;) sent += await this.#connection.write(bytes.subarray(sent));
  }

  /** Requests a path. */
  async get(path: string): Promise<Reply> {
    await this.sendHead(`GET ${path}`);
    return await this.reply();
  }

  /**
   * Reads a response.
   *
   * @throws {Error} if the connection ends first
   */
  async reply(): Promise<Reply> {
    const head = await this.#head();
    const [first, ...lines] = head.split("\r\n");
    const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(first!)?.[1]);
    const headers = new Map(lines.map((line): [string, string] => {
      const colon = line.indexOf(":");
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
    }));
    return { status, headers, body: await this.#body(status, headers) };
  }

  /** Reads and discards the next data. Returns the number of bytes, or null at the end. */
  async skip(): Promise<number | null> {
    return await this.#connection.read(this.#buffer);
  }

  close(): void {
    try {
      this.#connection.close();
    } catch {
      // The server has closed it.
    }
  }

  [Symbol.dispose](): void {
    this.close();
  }

  async #body(status: number, headers: Map<string, string>): Promise<Uint8Array<ArrayBuffer>> {
    if (status === 204 || status === 304) return new Uint8Array();
    const length = headers.get("content-length");
    if (length !== undefined) return await this.#take(Number(length));
    if (headers.get("transfer-encoding") !== "chunked") throw new Error("an answer does not tell its length");
    const chunks: Uint8Array[] = [];
    for (;;) {
      const size = parseInt(await this.#line(), 16);
      const chunk = await this.#take(size);
      await this.#line();
      if (size === 0) {
        return new Uint8Array(await new Blob(chunks as Uint8Array<ArrayBuffer>[]).arrayBuffer());
      }
      chunks.push(chunk);
    }
  }

  async #head(): Promise<string> {
    const lines: string[] = [];
    for (;;) {
      const line = await this.#line();
      if (line === "") return lines.join("\r\n");
      lines.push(line);
    }
  }

  async #line(): Promise<string> {
    for (let from = this.#start;;) {
      const end = this.#buffer.subarray(0, this.#end).indexOf(10, from);
      if (end >= 0) {
        const line = decoder.decode(this.#buffer.subarray(this.#start, end - 1));
        this.#start = end + 1;
        return line;
      }
      const seen = this.#end - this.#start;
      await this.#fill();
      from = this.#start + seen;
    }
  }

  async #take(count: number): Promise<Uint8Array<ArrayBuffer>> {
    while (this.#end - this.#start < count) await this.#fill(count);
    const bytes = this.#buffer.slice(this.#start, this.#start + count);
    this.#start += count;
    return bytes;
  }

  /** Reads more data into a buffer with room for `wanted` bytes in all. */
  async #fill(wanted = 0): Promise<void> {
    const kept = this.#buffer.subarray(this.#start, this.#end);
    const size = Math.max(wanted, kept.length + 8 * 1024, this.#buffer.length);
    if (size > this.#buffer.length) {
      const larger = new Uint8Array(size);
      larger.set(kept);
      this.#buffer = larger;
    } else this.#buffer.copyWithin(0, this.#start, this.#end);
    this.#start = 0;
    this.#end = kept.length;
    const count = await this.#connection.read(this.#buffer.subarray(this.#end));
    if (count === null) throw new Error("the server closed the connection");
    this.#end += count;
  }
}
