/** The open connections of a server: how many there are, and which of them have to go. */

/** Bounds on connections. */
export interface ConnectionBounds {
  /** Most connections at a time. */
  most: number;
  /** Most connections from one address. */
  mostPerAddress: number;
  /** Addresses of proxies, which bring the connections of many clients. */
  proxies: ReadonlySet<string>;
}

/** Milliseconds without a complete request after which a connection is closed. */
const mostWaitMs = 75_000;
/** Milliseconds that a connection above the bounds has for its request. */
const mostSpareWaitMs = 5_000;
/** Connections above the bounds that are kept to be answered 503; `/healthz` is answered there as usual. */
const spares = 16;
/** A connection that is silent for less than this, in milliseconds, does not have to make room. */
const shortestSilenceMs = 250;

/** The part of a socket that is used here. */
export interface Closable {
  readonly bytesRead: number;
  destroy(): void;
}

/** One connection. */
export class Connection {
  /** Whether it is above the bounds, so that its requests are refused. */
  spare = false;
  #pending = 0;
  #bytes = 0;
  /** When it last received anything or answered a request. */
  active: number;
  /** Since when it lacks a complete request. */
  waiting: number | undefined;

  constructor(readonly socket: Closable, readonly address: string, now: number) {
    this.active = this.waiting = now;
  }

  /** Notes the head of a request. */
  begin(): void {
    this.#pending++;
  }

  /** Notes that all of a request has arrived: the server is to answer now. */
  complete(): void {
    this.waiting = undefined;
  }

  /** Notes that a request has been answered. */
  finish(now: number): void {
    if (--this.#pending === 0) this.waiting = this.active = now;
  }

  /** Whether a request is being received or answered. */
  get busy(): boolean {
    return this.#pending > 0;
  }

  /** Milliseconds without a byte of a request that is not complete; 0 if the server has to act. */
  silence(now: number): number {
    if (this.socket.bytesRead !== this.#bytes) {
      this.#bytes = this.socket.bytesRead;
      this.active = now;
    }
    return this.waiting === undefined ? 0 : now - this.active;
  }
}

/**
 * Bounds the connections of a server. When it is full, the connection whose request has been unfinished and
 * silent for longest makes room; if there is none, a new connection becomes a spare one, whose requests are
 * refused.
 */
export class Connections {
  readonly #bounds: ConnectionBounds;
  readonly #open = new Set<Connection>();
  readonly #perAddress = new Map<string, number>();

  constructor(bounds: ConnectionBounds) {
    this.#bounds = bounds;
  }

  /** Number of open connections. */
  get size(): number {
    return this.#open.size;
  }

  /** Takes a new connection. */
  add(socket: Closable, address: string, now: number): Connection {
    const connection = new Connection(socket, address, now);
    connection.spare = !this.#hasRoom(address, now);
    if (connection.spare) this.#limitSpares();
    this.#open.add(connection);
    this.#perAddress.set(address, (this.#perAddress.get(address) ?? 0) + 1);
    return connection;
  }

  /** Forgets a connection that is closed. */
  remove(connection: Connection): void {
    if (!this.#open.delete(connection)) return;
    const { address } = connection;
    const others = this.#perAddress.get(address)! - 1;
    if (others > 0) this.#perAddress.set(address, others);
    else this.#perAddress.delete(address);
  }

  /** Closes connections that have been without a request for too long; to be called every second or so. */
  sweep(now: number): void {
    for (const connection of [...this.#open]) {
      connection.silence(now);
      // A request whose body is still coming has deadlines of its own.
      if (connection.busy || connection.waiting === undefined) continue;
      const most = connection.spare ? mostSpareWaitMs : mostWaitMs;
      if (now - connection.waiting >= most) this.#close(connection);
    }
  }

  /** Closes the connections without a request, or all. */
  close(which: "idle" | "all"): void {
    for (const connection of [...this.#open]) {
      if (which === "all" || !connection.busy) this.#close(connection);
    }
  }

  /** Whether there is room for a connection from an address, after another one has made room if need be. */
  #hasRoom(address: string, now: number): boolean {
    const { most, mostPerAddress, proxies } = this.#bounds;
    const fromAddress = proxies.has(address) ? 0 : this.#perAddress.get(address) ?? 0;
    if (fromAddress >= mostPerAddress) return this.#makeRoom(now, (other) => other.address === address);
    return this.#open.size < most || this.#makeRoom(now, () => true);
  }

  #makeRoom(now: number, from: (connection: Connection) => boolean): boolean {
    let silentest: Connection | undefined;
    let longest = shortestSilenceMs;
    for (const connection of this.#open) {
      if (!from(connection)) continue;
      const silence = connection.silence(now);
      if (silence < longest) continue;
      silentest = connection;
      longest = silence;
    }
    if (silentest) this.#close(silentest);
    return silentest !== undefined;
  }

  #limitSpares(): void {
    const spare = [...this.#open].filter((connection) => connection.spare);
    for (const connection of spare.slice(0, Math.max(0, spare.length - spares + 1))) this.#close(connection);
  }

  #close(connection: Connection): void {
    this.remove(connection);
    connection.socket.destroy();
  }
}
