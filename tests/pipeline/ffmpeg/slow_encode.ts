/**
 * A program for tests to kill: encodes the first argument to the second, announces the frame whose number is
 * the third, and then waits a minute. On an interrupt it aborts, as the command line does.
 */
import { decode } from "../../../pipeline/decode.ts";
import { encode } from "../../../pipeline/encode.ts";
import { probe } from "../../../pipeline/ffmpeg/probe.ts";

const [input, path, pause] = Deno.args;
const controller = new AbortController();
Deno.addSignalListener("SIGINT", () => controller.abort(new DOMException("interrupted", "AbortError")));
const { signal } = controller;
const source = await probe(input!);
const onResult = (result: unknown) => console.log(JSON.stringify(result));
let frames = 0;
try {
  for await (
    const _ of encode(decode(source, { signal }), {
      ...source,
      path: path!,
      sound: { source },
      signal,
      onResult,
    })
  ) {
    if (++frames === Number(pause)) {
      console.log("waiting");
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, 60_000);
        const stop = () => (clearTimeout(timer), resolve());
        if (signal.aborted) stop();
        else signal.addEventListener("abort", stop);
      });
    }
  }
} catch (error) {
  console.log(`threw ${(error as Error).name}: ${(error as Error).message}`);
  Deno.exit(130);
}
