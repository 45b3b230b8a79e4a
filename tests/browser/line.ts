/** A connection between browser and server that can be cut, like a cable or a wireless network. */

/** A connection to a port of this machine. */
export class Line {
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly #open = new Set<Deno.TcpConn>();
  readonly #work: Promise<void>;
  #port: number;
  #whole = true;

  /** @param port target port */
  constructor(port: number) {
    this.#port = port;
    this.#work = this.#serve();
  }

  /** The address of its near end, without a trailing slash. */
  get origin(): string {
    return `http://127.0.0.1:${this.#listener.addr.port}`;
  }

  /** Cuts all traffic, and lets nothing through until {@link mend} is called. */
  cut(): void {
    this.#whole = false;
    for (const connection of this.#open) shut(connection);
  }

  /** Lets traffic through again, to another port if one is given. */
  mend(port: number = this.#port): void {
    this.#port = port;
    this.#whole = true;
  }

  /** Closes it for good. */
  async close(): Promise<void> {
    this.#listener.close();
    this.cut();
    await this.#work;
  }

  async #serve(): Promise<void> {
    const under: Promise<void>[] = [];
    for await (const near of this.#listener) under.push(this.#carry(near));
    await Promise.all(under);
  }

  async #carry(near: Deno.TcpConn): Promise<void> {
    if (!this.#whole) return shut(near);
    const far = await Deno.connect({ hostname: "127.0.0.1", port: this.#port }).catch(() => undefined);
    if (!far || !this.#whole) return [near, far].forEach(shut);
    for (const end of [near, far]) this.#open.add(end);
    const ways = [near.readable.pipeTo(far.writable), far.readable.pipeTo(near.writable)];
    await Promise.allSettled(ways);
    for (const end of [near, far]) {
      this.#open.delete(end);
      shut(end);
    }
  }
}

function shut(connection: Deno.TcpConn | undefined): void {
  try {
    connection?.close();
  } catch {
    // It is already closed.
  }
}
