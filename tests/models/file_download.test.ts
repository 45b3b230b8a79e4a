import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { join } from "node:path";
import { ReverieError } from "../../models/errors.ts";
import { downloadFile, type PublishedFile } from "../../models/file_download.ts";

const content = Uint8Array.from({ length: 300_000 }, (_, index) => (index * 31 + (index >> 8)) % 256);
const checksum = createHash("sha256").update(content).digest("hex");

/** The behaviour of the server in a test. */
interface Behaviour {
  /** Sends this many bytes of a body and then breaks the connection. */
  breakAfter?: number;
  /** Sends this many bytes of a body and then stalls. */
  stallAfter?: number;
  /** Ignores range requests. */
  noRanges?: boolean;
  /** Sends a range that was not requested. */
  wrongRange?: boolean;
  status?: number;
}

/** Calls with a server for the file and a folder to store it in; `ranges` lists the requested ranges. */
async function withServer(
  use: (served: {
    file: PublishedFile;
    target: string;
    behave: (behaviour: Behaviour) => void;
    ranges: (string | null)[];
  }) => Promise<void>,
): Promise<void> {
  let behaviour: Behaviour = {};
  const ranges: (string | null)[] = [];
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, (request) => {
    ranges.push(request.headers.get("range"));
    return answer(request, behaviour);
  });
  const folder = await Deno.makeTempDir();
  try {
    const file = {
      url: `http://127.0.0.1:${server.addr.port}/weights.pth`,
      sha256: checksum.slice(0, 8),
      size: 290_000,
    };
    await use({
      file,
      target: join(folder, "cache", "weights.pth"),
      behave: (next) => behaviour = next,
      ranges,
    });
  } finally {
    await server.shutdown();
    await Deno.remove(folder, { recursive: true });
  }
}

function answer(
  request: Request,
  { breakAfter, stallAfter, noRanges, wrongRange, status }: Behaviour,
): Response {
  if (status) return new Response("no", { status });
  const asked = noRanges ? undefined : /^bytes=(\d+)-$/.exec(request.headers.get("range") ?? "")?.[1];
  const start = Number(asked ?? 0);
  if (start >= content.length) {
    return new Response(null, { status: 416, headers: { "content-range": `bytes */${content.length}` } });
  }
  const sent = content.subarray(start, start + (breakAfter ?? stallAfter ?? content.length));
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      controller.enqueue(sent);
      if (stallAfter !== undefined) return;
      // Fewer bytes than announced end the connection, but only after they have arrived.
      if (breakAfter !== undefined) setTimeout(() => controller.close(), 500);
      else controller.close();
    },
  });
  const first = wrongRange ? start + 7 : start;
  return new Response(body, {
    status: asked === undefined ? 200 : 206,
    headers: {
      "content-length": String(content.length - start),
      ...(asked !== undefined && {
        "content-range": `bytes ${first}-${content.length - 1}/${content.length}`,
      }),
    },
  });
}

async function failed(promise: Promise<unknown>, expected: RegExp): Promise<void> {
  await assert.rejects(promise, (error) => {
    assert.ok(error instanceof ReverieError && error.exitCode === 1, String(error));
    assert.ok(!error.message.includes("\n"));
    assert.match(error.message, expected);
    return true;
  });
}

const names = (target: string) => [...Deno.readDirSync(join(target, ".."))].map(({ name }) => name);

Deno.test("a file is fetched, checked, and told of on the way", () =>
  withServer(async ({ file, target, ranges }) => {
    const told: [number, number][] = [];
    assert.equal(
      await downloadFile(file, target, { onProgress: (...progress) => told.push(progress) }),
      target,
    );
    assert.deepEqual(await Deno.readFile(target), content);
    assert.deepEqual(names(target), ["weights.pth"]);
    assert.deepEqual([told[0], told.at(-1)], [[0, 300_000], [300_000, 300_000]]);
    assert.ok(told.every(([received], index) => index === 0 || received >= told[index - 1]![0]));

    assert.equal(await downloadFile(file, target), target);
    assert.equal(ranges.length, 1, "it is only fetched once");
  }));

Deno.test("a download that breaks off goes on where it stopped", () =>
  withServer(async ({ file, target, behave, ranges }) => {
    behave({ breakAfter: 100_000 });
    await failed(downloadFile(file, target), /broke off after 100000 of 300000 bytes.*run it again/);
    assert.deepEqual(names(target), ["weights.pth.part"]);

    behave({});
    const told: number[] = [];
    await downloadFile(file, target, { onProgress: (received) => told.push(received) });
    assert.deepEqual(ranges, [null, "bytes=100000-"]);
    assert.equal(told[0], 100_000);
    assert.deepEqual(await Deno.readFile(target), content);
    assert.deepEqual(names(target), ["weights.pth"]);
  }));

Deno.test("a server without ranges, or with the wrong one, sends the whole file again", () =>
  withServer(async ({ file, target, behave }) => {
    for (const behaviour of [{ noRanges: true }, { wrongRange: true }]) {
      behave({ breakAfter: 100_000 });
      await failed(downloadFile(file, target), /broke off/);
      behave(behaviour);
      await downloadFile(file, target);
      assert.deepEqual(await Deno.readFile(target), content);
      await Deno.remove(target);
    }
  }));

Deno.test("a part that is whole already is only checked; one that is too long is thrown away", () =>
  withServer(async ({ file, target }) => {
    await Deno.mkdir(join(target, ".."));
    for (const part of [content, new Uint8Array(400_000)]) {
      await Deno.writeFile(`${target}.part`, part);
      await downloadFile(file, target);
      assert.deepEqual(await Deno.readFile(target), content);
      await Deno.remove(target);
    }
  }));

Deno.test("a part of another file is noticed and fetched anew", () =>
  withServer(async ({ file, target, ranges }) => {
    await Deno.mkdir(join(target, ".."));
    await Deno.writeFile(`${target}.part`, new Uint8Array(1000));
    await downloadFile(file, target);
    assert.deepEqual(await Deno.readFile(target), content);
    assert.deepEqual(ranges, ["bytes=1000-", null]);
  }));

Deno.test("a file that is not the published one is refused, and nothing of it is left", () =>
  withServer(async ({ file, target }) => {
    await failed(downloadFile({ ...file, sha256: "00000000" }, target), /not what was published/);
    assert.deepEqual(names(target), []);
  }));

Deno.test("offline, the user is told what cannot be reached and what else to do", async () => {
  const folder = await Deno.makeTempDir();
  const file = { url: "http://127.0.0.1:9/weights.pth", sha256: checksum, size: 1 };
  const otherwise = ["fetch it elsewhere"];
  await failed(
    downloadFile(file, join(folder, "weights.pth"), { otherwise }),
    /^cannot fetch weights\.pth: 127\.0\.0\.1:9 cannot be reached; connect .*, or fetch it elsewhere$/,
  );
  await Deno.remove(folder, { recursive: true });
});

Deno.test("a server that has the file no more, or falls silent, is told of", () =>
  withServer(async ({ file, target, behave }) => {
    for (const status of [404, 416, 500]) {
      behave({ status });
      await failed(downloadFile(file, target), new RegExp(`the server answered ${status}`));
    }
    behave({ stallAfter: 5000 });
    await failed(
      downloadFile(file, target, { patience: 2 }),
      /broke off after 5000 .*nothing came for 2 s/,
    );
  }));

Deno.test("an interrupted download keeps its part", () =>
  withServer(async ({ file, target, behave, ranges }) => {
    behave({ stallAfter: 5000 });
    const controller = new AbortController();
    const onProgress = (received: number) => received > 0 && controller.abort();
    const downloading = downloadFile(file, target, { onProgress, signal: controller.signal });
    await assert.rejects(downloading, { name: "AbortError" });
    behave({});
    await downloadFile(file, target);
    assert.deepEqual(ranges, [null, "bytes=5000-"]);
  }));

Deno.test("two that want the same file at once fetch it once", () =>
  withServer(async ({ file, target, ranges }) => {
    const paths = await Promise.all([downloadFile(file, target), downloadFile(file, target)]);
    assert.deepEqual(paths, [target, target]);
    assert.deepEqual(await Deno.readFile(target), content);
    assert.equal(ranges.length, 1);
    assert.deepEqual(names(target), ["weights.pth"]);
  }));

Deno.test("one that waits for a download that fails begins with a part of its own", () =>
  withServer(async ({ file, target, ranges }) => {
    const wrong = { ...file, sha256: "00000000" };
    const refusals = Array.from(
      { length: 4 },
      () => failed(downloadFile(wrong, target), /not what was published/),
    );
    await Promise.all(refusals);
    assert.deepEqual(ranges, [null, null, null, null]);
    assert.deepEqual(names(target), []);
  }));

Deno.test("a folder that cannot be written to is named", async () => {
  const file = { url: "http://127.0.0.1:9/weights.pth", sha256: checksum, size: 1 };
  await failed(
    downloadFile(file, "/dev/null/networks/weights.pth"),
    /cannot write to the cache folder .*REVERIE_CACHE/,
  );
});
