/** The lines of a stream of text, without their ends: a line feed, a carriage return or both. */
export async function* lines(stream: ReadableStream<Uint8Array<ArrayBuffer>>): AsyncGenerator<string> {
  let rest = "";
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    const whole = (rest + text).split(/\r?\n|\r/);
    rest = whole.pop()!;
    yield* whole;
  }
  if (rest !== "") yield rest;
}
