/** A WebSocket client (RFC 6455) that reads only on request. */
export class SlowClient {
  readonly #connection: Deno.TcpConn;
  #unread = new Uint8Array();

  private constructor(connection: Deno.TcpConn) {
    this.#connection = connection;
  }

  static async connect(url: string): Promise<SlowClient> {
    const { hostname, port, host, pathname } = new URL(url);
    const client = new SlowClient(await Deno.connect({ hostname, port: Number(port) }));
    const lines = [
      `GET ${pathname} HTTP/1.1`,
      `Host: ${host}`,
      "Connection: Upgrade",
      "Upgrade: websocket",
      "Sec-WebSocket-Version: 13",
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    ];
    await client.#write(new TextEncoder().encode(`${lines.join("\r\n")}\r\n\r\n`));
    while (!new TextDecoder().decode(client.#unread).includes("\r\n\r\n")) await client.#fill();
    client.#unread = client.#unread.slice(
      new TextDecoder("latin1").decode(client.#unread).indexOf("\r\n\r\n") + 4,
    );
    return client;
  }

  /** Sends a text or a binary message. */
  async send(message: string | Uint8Array): Promise<void> {
    const payload = typeof message === "string" ? new TextEncoder().encode(message) : message;
    const header = new DataView(new ArrayBuffer(14));
    header.setUint8(0, typeof message === "string" ? 0x81 : 0x82);
    // Masked, as required of clients, with a mask of zeros.
    header.setUint8(1, 0x80 | 127);
    header.setBigUint64(2, BigInt(payload.length));
    await this.#write(new Uint8Array(header.buffer));
    await this.#write(payload);
  }

  /**
   * Reads the next message: a text, or the number of bytes of a binary one; undefined for a control frame.
   */
  async read(): Promise<string | number | undefined> {
    const [first, second] = await this.#take(2);
    let length = second! & 0x7f;
    if (length >= 126) {
      const bytes = await this.#take(length === 126 ? 2 : 8);
      length = bytes.reduce((value, byte) => value * 256 + byte, 0);
    }
    const payload = await this.#take(length);
    const kind = first! & 0x0f;
    if (kind === 1) return new TextDecoder().decode(payload);
    return kind === 2 ? length : undefined;
  }

  /** Disappears without closing, as if a computer were switched off. */
  close(): void {
    this.#connection.close();
  }

  async #take(count: number): Promise<Uint8Array> {
    while (this.#unread.length < count) await this.#fill();
    const taken = this.#unread.slice(0, count);
    this.#unread = this.#unread.subarray(count);
    return taken;
  }

  async #fill(): Promise<void> {
    const chunk = new Uint8Array(1 << 18);
    const count = await this.#connection.read(chunk);
    if (count === null) throw new Error("the server has closed the connection");
    const all = new Uint8Array(this.#unread.length + count);
    all.set(this.#unread);
    all.set(chunk.subarray(0, count), this.#unread.length);
    this.#unread = all;
  }

  async #write(bytes: Uint8Array): Promise<void> {
    for (let written = 0; written < bytes.length;) {
      written += await this.#connection.write(bytes.subarray(written));
    }
  }
}
