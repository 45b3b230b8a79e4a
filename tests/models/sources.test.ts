import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { join } from "node:path";
import {
  fetchFromSources,
  type FileSource,
  type FilesSource,
  type PullOptions,
} from "../../models/sources.ts";
import { withEnvironment } from "../environment.ts";
import { byteOf, failed, names, networkOf } from "./sources_fixture.ts";
import { type WebServer, withWebServer } from "./web_server.ts";

const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");

const pattern = (length: number, seed: number) =>
  Uint8Array.from({ length }, (_, index) => (index * 31 + (index >> 8) + seed) % 256);

/** The one file of the first source, and the 20 files of the second. */
const first = pattern(200_000, 1);
const parts = Object.fromEntries(
  Array.from({ length: 20 }, (_, index) => [`part${index % 4}/${index}.bin`, pattern(10_000, 100 + index)]),
);
const sizeOfParts = 200_000;
const served = {
  "/first/network.bin": first,
  ...Object.fromEntries(Object.entries(parts).map(([path, bytes]) => [`/second/${path}`, bytes])),
};

interface Fetching extends WebServer {
  folder: string;
  target: string;
  sources: [FileSource, FilesSource];
  /** Downloads from the first source, or else from the second. */
  pull: (options?: PullOptions) => Promise<string>;
}

async function withSources(use: (fetching: Fetching) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await withWebServer(served, async (server) => {
      const target = join(folder, "network.onnx");
      const sources: [FileSource, FilesSource] = [{
        file: { url: `${server.url}/first/network.bin`, sha256: sha256(first), size: first.length },
        read: (bytes) => networkOf(bytes[0]!),
      }, {
        files: {
          base: `${server.url}/second`,
          files: Object.entries(parts).map(([path, bytes]) => ({
            path,
            sha256: sha256(bytes),
            size: bytes.length,
          })),
        },
        read: (files) => networkOf(files.size),
      }];
      const wanted = { name: "small", target, otherwise: "bring it" };
      const pull = (options?: PullOptions) => fetchFromSources(sources, wanted, options);
      await use({ ...server, folder, target, sources, pull });
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Names of the complete files of a set in a folder. */
async function namesWithin(folder: string): Promise<string[]> {
  const found = await Array.fromAsync(Deno.readDir(folder), ({ name, isDirectory }) => {
    if (isDirectory) return namesWithin(join(folder, name));
    return name.endsWith(".bin") ? [name] : [];
  });
  return found.flat();
}

Deno.test("a network is made of the first source, and nothing else is left", () =>
  withSources(async ({ pull, target, folder, asked }) => {
    const told: [number, number][] = [];
    assert.equal(await pull({ onProgress: (...progress) => told.push(progress) }), target);
    assert.equal(await byteOf(target), first[0]);
    assert.deepEqual(names(folder), ["network.onnx"]);
    assert.deepEqual(told.at(-1), [first.length, first.length]);
    assert.deepEqual(asked.map(({ path }) => path), ["/first/network.bin"]);
  }));

Deno.test("the second source is taken where the first fails, however it does", () =>
  withSources(async ({ pull, target, folder, sources, behave }) => {
    const refusals = [{ status: 404 }, { status: 503 }, { wrong: true }, { stallAfter: 5000 }, {
      silent: true,
    }, {
      breakAfter: 5000,
    }];
    for (const behaviour of refusals) {
      behave(/first/, behaviour);
      const told: [number, number][] = [];
      await pull({ patience: 3, onProgress: (...progress) => told.push(progress) });
      assert.equal(await byteOf(target), 20, JSON.stringify(behaviour));
      assert.deepEqual(told.at(-1), [sizeOfParts, sizeOfParts]);
      assert.deepEqual(names(folder), ["network.onnx"]);
      await Deno.remove(target);
    }
    sources[0].file.url = "http://127.0.0.1:9/network.bin";
    await pull();
    assert.equal(await byteOf(target), 20, "connection refused");
  }));

Deno.test("the second source is taken where the first's file cannot be read", () =>
  withSources(async ({ pull, target, sources }) => {
    sources[0].read = () => {
      throw new Error("it is something else");
    };
    await pull();
    assert.equal(await byteOf(target), 20);
  }));

Deno.test("one line tells of all sources where none gives the network", () =>
  withSources(async ({ pull, folder, behave, sources }) => {
    behave(/first/, { status: 404 });
    // The last of the files, so that others have already arrived.
    behave(/19\.bin/, { wrong: true });
    await failed(
      pull(),
      "download_refused",
      /^cannot fetch small: 127\S+ answered 404, 127\S+ sends something .*, or bring it$/,
    );
    assert.deepEqual(names(folder), ["network.onnx.parts"], "what came whole is kept");

    await Deno.remove(join(folder, "network.onnx.parts"), { recursive: true });
    sources[0].file.url = "http://127.0.0.1:9/network.bin";
    sources[1].files.base = "http://127.0.0.1:9";
    await failed(
      pull(),
      "download_unreachable",
      /^cannot fetch small: 127\.0\.0\.1:9 cannot be reached; connect /,
    );
    assert.deepEqual(names(folder), []);
  }));

Deno.test("a file that broke off goes on where it stopped", () =>
  withSources(async ({ pull, target, asked, behave, sources }) => {
    sources[1].files.base = "http://127.0.0.1:9";
    behave(/first/, { breakAfter: 50_000 });
    await failed(pull(), "download_interrupted", /broke off after 50000 of 200000 bytes/);
    behave(/first/, {});
    await pull();
    assert.deepEqual(asked.map(({ range }) => range), [null, "bytes=50000-"]);
    assert.equal(await byteOf(target), first[0]);
  }));

Deno.test("of a set of files those that came whole are not fetched again, and a part is resumed", () =>
  withSources(async ({ pull, target, asked, behave, folder }) => {
    behave(/first/, { status: 404 });
    behave(/\/13\.bin/, { breakAfter: 4000 });
    await failed(pull(), "download_refused", /answered 404, 127\S+ broke off after 4000 of 10000 bytes/);
    const kept = new Set(await namesWithin(join(folder, "network.onnx.parts")));
    assert.ok(kept.size >= 8, `${kept.size} files were whole`);

    asked.length = 0;
    behave(/\/13\.bin/, {});
    const told: number[] = [];
    await pull({ onProgress: (received) => told.push(received) });
    assert.equal(await byteOf(target), 20);
    assert.deepEqual(asked.filter(({ path }) => kept.has(path.split("/").at(-1)!)), []);
    assert.deepEqual(asked.filter(({ path }) => path.endsWith("/13.bin")).map(({ range }) => range), [
      "bytes=4000-",
    ]);
    assert.ok(
      told.every((received, index) => index === 0 || received >= told[index - 1]!),
      "it never goes back",
    );
    assert.equal(told.at(-1), sizeOfParts);
    assert.deepEqual(names(folder), ["network.onnx"]);
  }));

Deno.test("a wrong byte in one of a set of files is noticed", () =>
  withSources(async ({ pull, behave, sources }) => {
    sources.shift();
    behave(/\/7\.bin/, { wrong: true });
    await failed(pull(), "download_wrong", /7\.bin is not what was published \(wrong checksum\)/);
    behave(/\/7\.bin/, {});
    await pull();
  }));

Deno.test("a file that was damaged after it was fetched is fetched anew the next time", () =>
  withSources(async ({ pull, behave, sources, folder, target }) => {
    sources.shift();
    behave(/\/7\.bin/, { status: 500 });
    await failed(pull(), "download_refused", /answered 500/);
    await Deno.writeFile(join(folder, "network.onnx.parts", "part0", "0.bin"), new Uint8Array(10_000));
    behave(/\/7\.bin/, {});
    await failed(pull(), "download_wrong", /was damaged after it was fetched: try again/);
    await pull();
    assert.equal(await byteOf(target), 20);
  }));

Deno.test("hosts that take the connection and never answer are given up within the time, all together", () =>
  withSources(async ({ pull, behave, asked }) => {
    behave(/./, { silent: true });
    const begin = performance.now();
    await failed(
      pull({ reachWithin: 1 }),
      "download_unreachable",
      /^cannot fetch small: no server answered within 1 s;/,
    );
    const seconds = (performance.now() - begin) / 1000;
    assert.ok(seconds > 0.9 && seconds < 10, `${seconds} s`);
    assert.ok(asked.some(({ path }) => path.startsWith("/second/")), "the second had its share");
  }));

Deno.test("the time to answer does not end a download that has begun", () =>
  withSources(async ({ pull, behave, target, sources }) => {
    behave(/first/, { silent: true });
    behave(/\/3\.bin/, { breakAfter: 9000 });
    await failed(pull({ reachWithin: 4 }), "download_interrupted", /broke off after 9000/);
    sources.shift();
    behave(/\/3\.bin/, {});
    await pull({ reachWithin: 4 });
    assert.equal(await byteOf(target), 20);
  }));

Deno.test("two that want the same network at once fetch it once", () =>
  withSources(async ({ pull, asked, folder, target }) => {
    assert.deepEqual(await Promise.all([pull(), pull(), pull({ reachWithin: 5 })]), [target, target, target]);
    assert.equal(asked.length, 1);
    assert.deepEqual(names(folder), ["network.onnx"]);
  }));

Deno.test("one that waits for another's download keeps its own time, until that one's server answers", () =>
  withSources(async ({ pull, behave, target }) => {
    behave(/first/, { silent: true });
    behave(/second/, { silent: true });
    const controller = new AbortController();
    const other = assert.rejects(pull({ signal: controller.signal }), { name: "AbortError" });
    await failed(pull({ reachWithin: 0.5 }), "download_unreachable", /no server answered within 0\.5 s/);
    controller.abort();
    await other;
    behave(/first/, { stallAfter: 5000 });
    behave(/second/, {});
    const slow = pull({ patience: 5 });
    const waiting = pull({ reachWithin: 3 });
    assert.deepEqual(await Promise.all([slow, waiting]), [target, target]);
  }));

Deno.test("an aborted download ends at once, and goes on from there later", () =>
  withSources(async ({ pull, behave, asked, target }) => {
    behave(/first/, { stallAfter: 5000 });
    const controller = new AbortController();
    const onProgress = (received: number) => received > 0 && controller.abort();
    await assert.rejects(pull({ onProgress, signal: controller.signal }), { name: "AbortError" });
    behave(/first/, {});
    await pull();
    assert.deepEqual(asked.map(({ range }) => range), [null, "bytes=5000-"]);
    assert.equal(await byteOf(target), first[0]);
  }));

Deno.test("with REVERIE_OFFLINE nothing is asked", () =>
  withSources(async ({ pull, asked, folder }) => {
    await withEnvironment({ REVERIE_OFFLINE: "1" }, async () => {
      await failed(pull(), "download_unreachable", /^cannot fetch small: REVERIE_OFFLINE is set/);
    });
    assert.deepEqual([asked.length, names(folder)], [0, []]);
  }));

Deno.test("with REVERIE_MIRROR hosts of the web are asked there, under their names", () =>
  withSources(async ({ pull, url, sources, target, asked }) => {
    sources[0].file.url = "https://first/network.bin";
    await withEnvironment({ REVERIE_MIRROR: `${url}/` }, async () => {
      await pull();
    });
    assert.equal(await byteOf(target), first[0]);
    assert.deepEqual(asked.map(({ path }) => path), ["/first/network.bin"]);
  }));

Deno.test("a registry that never answers is given up within the time, too", () =>
  withSources(async ({ url, behave, target, folder }) => {
    behave(/./, { silent: true });
    const sources = [{
      package: { spec: "nothing@1.0.0", integrity: "sha512-none", size: 1 },
      read: () => networkOf(0),
    }];
    await withEnvironment({ NPM_CONFIG_REGISTRY: `${url}/` }, async () => {
      const wanted = { name: "small", target, otherwise: "bring it" };
      await failed(
        fetchFromSources(sources, wanted, { reachWithin: 1 }),
        "download_unreachable",
        /answered within 1 s/,
      );
    });
    assert.deepEqual(names(folder), []);
  }));
