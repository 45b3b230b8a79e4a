import assert from "node:assert/strict";
import { join } from "node:path";
import { isHere } from "../../../models/catalog.ts";
import { isOutOfReach } from "../../../models/out_of_reach.ts";
import { fetchNetwork } from "../../../pipeline/settings/networks.ts";
import { settings, settle, type Wish } from "../../../pipeline/settings/settle.ts";
import { withEmptyCache, withEnvironment } from "../../environment.ts";
import { sharedFile } from "../../shared_data.ts";
import { ReverieError } from "../../../models/errors.ts";
import { testWith } from "../../needs.ts";
import { terminalLine } from "../../../pipeline/command_line/spelling.ts";

const googLeNet = sharedFile("weights/bvlc_googlenet.onnx");

/** A host that only answers 404, and counts the requests. */
async function withMirror(call: (asked: () => number) => Promise<void>): Promise<void> {
  let asked = 0;
  await using server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, () => {
    asked++;
    return new Response("not here", { status: 404 });
  });
  await withEnvironment(
    { REVERIE_MIRROR: `http://127.0.0.1:${server.addr.port}` },
    () => call(() => asked),
  );
}

/**
 * Puts a placeholder for a network's file into the cache folder, as if downloaded; its content is not read.
 */
async function place(folder: string, name: string): Promise<void> {
  await Deno.mkdir(join(folder, "networks"), { recursive: true });
  await Deno.writeTextFile(join(folder, "networks", `${name}.onnx`), "");
}

Deno.test("without a name GoogLeNet dreams where it is here, else InceptionV3", async () => {
  await withEmptyCache(async (folder) => {
    assert.equal(settings({ given: {} }).model, "inception-v3");
    await place(folder, "inception-v3");
    assert.equal(settings({ given: {} }).model, "inception-v3");
    await place(folder, "googlenet");
    assert.equal(settings({ given: {} }).model, "googlenet");
    assert.equal(settings({ given: { model: "auto" } }).model, "googlenet");
    assert.equal(settings({ given: { model: "inception-v3" } }).model, "inception-v3");
  });
});

Deno.test("where GoogLeNet cannot be fetched InceptionV3 dreams, with one line, and a day goes by before it is tried again", async () => {
  await withEmptyCache((folder) =>
    withMirror(async (asked) => {
      await place(folder, "inception-v3");
      const first = await settle({ given: {} });
      assert.equal(first.parameters.model, "inception-v3");
      assert.equal(first.notes.length, 1);
      assert.match(
        terminalLine(first.notes[0]!),
        /^googlenet is not here and cannot be fetched .*inception-v3 dreams in its/,
      );
      assert.match(
        terminalLine(first.notes[0]!),
        /models pull googlenet tries again, models add FILE takes a copy/,
      );
      assert.ok(isOutOfReach("googlenet"));
      const tries = asked();
      assert.ok(tries > 0);

      const second = await settle({ given: {} });
      assert.equal(second.parameters.model, "inception-v3");
      assert.match(terminalLine(second.notes[0]!), /could not be fetched within the last day/);
      assert.equal(asked(), tries, "the hosts are left alone");
      assert.equal(isOutOfReach("googlenet", Date.now() + 25 * 3600 * 1000), false);

      await assert.rejects(fetchNetwork("googlenet"), ReverieError);
      assert.ok(asked() > tries, "who asks for it by name is obeyed");
    })
  );
});

Deno.test("a host that takes connections and says nothing holds up nobody for longer than five seconds", async () => {
  await withEmptyCache(async (folder) => {
    await place(folder, "inception-v3");
    const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const connections: Deno.Conn[] = [];
    const taking = (async () => {
      for await (const connection of listener) connections.push(connection);
    })();
    try {
      await withEnvironment({ REVERIE_MIRROR: `http://127.0.0.1:${listener.addr.port}` }, async () => {
        const begin = performance.now();
        const { parameters } = await settle({ given: {} });
        const seconds = (performance.now() - begin) / 1000;
        assert.equal(parameters.model, "inception-v3");
        assert.ok(seconds < 6, `it took ${seconds} s`);
      });
    } finally {
      listener.close();
      await taking;
      for (const connection of connections) connection.close();
    }
  });
});

Deno.test("offline nothing is waited for, and the next start with a connection tries", async () => {
  await withEmptyCache((folder) =>
    withEnvironment({ REVERIE_OFFLINE: "1" }, async () => {
      await place(folder, "inception-v3");
      const begin = performance.now();
      const { parameters, notes } = await settle({ given: {} });
      assert.ok(performance.now() - begin < 500);
      assert.equal(parameters.model, "inception-v3");
      assert.match(terminalLine(notes[0]!), /REVERIE_OFFLINE is set/);
      assert.equal(isOutOfReach("googlenet"), false);
    })
  );
});

Deno.test("whoever names InceptionV3's layers means InceptionV3, and hears of nothing else", async () => {
  await withEmptyCache(async (folder) => {
    await place(folder, "googlenet");
    await place(folder, "inception-v3");
    const { parameters, notes } = await settle({ given: { layers: ["mixed4"] } });
    assert.equal(parameters.model, "inception-v3");
    assert.deepEqual(parameters.layers, ["mixed4"]);
    assert.deepEqual(notes, []);
  });
});

Deno.test("GoogLeNet's layers become InceptionV3's where that stands in for it, and the line says so", async () => {
  await withEmptyCache((folder) =>
    withMirror(async () => {
      await place(folder, "inception-v3");
      const { parameters, notes } = await settle({
        given: { layers: ["inception_4c", "inception_3b/output"] },
      });
      assert.deepEqual(parameters.layers, ["mixed4", "mixed1"]);
      assert.match(terminalLine(notes[0]!), /its layers mixed4, mixed1/);
    })
  );
});

Deno.test("a preset is dreamed with its own network where that is here, else with its nearest relative", async () => {
  await withEmptyCache((folder) =>
    withMirror(async () => {
      await place(folder, "inception-v3");
      const { parameters, notes } = await settle({ preset: "art", given: {} });
      assert.equal(parameters.model, "inception-v3");
      assert.ok(parameters.layers!.every((layer) => layer.startsWith("mixed")));
      assert.equal(notes.length, 1);
      await place(folder, "googlenet");
      const own = await settle({ preset: "art", given: {} });
      assert.equal(own.parameters.model, "googlenet");
      assert.deepEqual(own.notes, []);
    })
  );
});

Deno.test("a network that was named is not replaced: the error says why it cannot be had", async () => {
  await withEmptyCache((folder) =>
    withMirror(async () => {
      await place(folder, "inception-v3");
      await assert.rejects(
        settle({ given: { model: "googlenet" } }),
        (error) => error instanceof ReverieError && /cannot fetch googlenet: .*404/.test(error.message),
      );
      assert.equal(isHere("googlenet"), false);
    })
  );
});

Deno.test("the layers that somebody names are not mixed with a preset's channels", () => {
  const { layers, channels } = settings(
    { preset: "reptile", given: { layers: ["inception_3b/output"] } },
    "googlenet",
  );
  assert.deepEqual(layers, ["inception_3b/output"]);
  assert.equal(channels, undefined);
});

testWith(googLeNet, "a file of GoogLeNet gets GoogLeNet's look under the file's name", async () => {
  const { path } = googLeNet;
  const { parameters } = await settle({ preset: "art", given: { model: path } });
  const own = settings({ preset: "art", given: {} }, "googlenet");
  assert.deepEqual(parameters, { ...own, model: path });
});

Deno.test("a network that finds motion is refused before anything is fetched", async () => {
  await withEmptyCache(() =>
    withMirror(async (asked) => {
      await assert.rejects(settle({ given: { model: "raft-small" } }), /it finds motion/);
      assert.equal(asked(), 0);
    })
  );
});

Deno.test("what cannot be stored is dreamed without: the network that is here takes its place", async () => {
  await withEmptyCache((folder) =>
    withMirror(async () => {
      await place(folder, "inception-v3");
      // A file blocks the path of the folder for its parts.
      await Deno.writeTextFile(join(folder, "networks", "googlenet.onnx.parts"), "");
      const { parameters, notes } = await settle({ given: {} });
      assert.equal(parameters.model, "inception-v3");
      assert.match(
        terminalLine(notes[0]!),
        /^googlenet is not here and cannot be fetched \(cannot write to the cache folder/,
      );
    })
  );
});

Deno.test("a channel mode without channels says that it changes nothing", async () => {
  const notes = async (given: Wish["given"]) =>
    (await settle({ given: { model: "mobilefacenet", ...given } })).notes.map(terminalLine);
  assert.deepEqual(await notes({ channelMode: "strong" }), [
    "--channel-mode strong needs --channels to say how many, such as 10",
  ]);
  assert.deepEqual(await notes({ channelMode: "strong", channels: [10] }), []);
});
