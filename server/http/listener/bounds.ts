import { connectionDefaults, type ServerOptions } from "../../options.ts";
import { networkOf } from "../../security/client_address.ts";
import { descriptorRoom } from "./capacity.ts";
import type { ConnectionBounds } from "./connections.ts";

/** Returns the bounds on connections: what the options say, but never more than there are descriptors for. */
export function connectionBounds(
  { connections, connectionsPerAddress, proxies = [] }: Pick<
    ServerOptions,
    "connections" | "connectionsPerAddress" | "proxies"
  >,
): ConnectionBounds {
  return {
    most: Math.min(connections ?? connectionDefaults.most, descriptorRoom()),
    mostPerAddress: connectionsPerAddress ?? connectionDefaults.mostPerAddress,
    proxies: new Set(proxies.map(networkOf)),
  };
}
