/**
 * Clients of a server under test, in a separate process. The argument describes them as JSON. Each line `on`
 * on the standard input starts them and each line `off` stops them; both are answered by a line of JSON.
 */
import { HealthClient } from "./health_client.ts";
import { LiveViewers } from "./live_viewers.ts";
import { StreamViewers } from "./stream_viewers.ts";
import type { Viewers, ViewersOptions } from "./viewer_kinds.ts";

function create(options: ViewersOptions): Viewers {
  switch (options.kind) {
    case "health":
      return new HealthClient(options);
    case "live":
      return new LiveViewers(options);
    case "stream":
      return new StreamViewers(options);
  }
}

async function main(): Promise<void> {
  const viewers = create(JSON.parse(Deno.args[0]!));
  let rest = "";
  for await (const text of Deno.stdin.readable.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop()!;
    for (const line of lines) {
      const answer = line === "on" ? await viewers.on() : await viewers.off();
      console.log(JSON.stringify(answer ?? null));
    }
  }
}

if (import.meta.main) {
  await main();
  // The other end is gone, so nobody waits for the remaining data.
  Deno.exit();
}
