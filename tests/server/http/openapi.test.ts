import assert from "node:assert/strict";
import { settingList } from "../../../pipeline/settings/parameters.ts";
import { pino } from "pino";
import { createApp, type Services } from "../../../server/app.ts";
import { Metrics } from "../../../server/http/metrics/metrics.ts";
import * as schemas from "../../../server/http/openapi/schemas.ts";
import { defaultLimits } from "../../../server/options.ts";
import { json, withTestServer } from "../helpers.ts";

// deno-lint-ignore no-explicit-any
type Json = any;

/** Every value in a document, at any depth. */
function* within(value: Json): Generator<Json> {
  yield value;
  if (typeof value === "object" && value !== null) {
    for (const part of Object.values(value)) yield* within(part);
  }
}

function at(document: Json, reference: string): Json {
  const steps = reference.replace(/^#\//, "").split("/").map((step) => step.replaceAll("~1", "/"));
  return steps.reduce((value, step) => value?.[step], document);
}

/** Routes that the API must have by its design. */
const contract = [
  ...["put /api/dreams", "post /api/dreams", "get /api/dreams", "post /api/samples", "post /api/preview"],
  ...["get", "patch", "delete"].map((method) => `${method} /api/dreams/{id}`),
  ...["post /api/dreams/{id}/cancel", "post /api/dreams/{id}/again"],
  ...[
    "live",
    "events",
    "source",
    "poster.jpg",
    "before.jpg",
    "video.mp4",
    "hls/index.m3u8",
    "hls/{segment}",
    "sees/{what}",
  ]
    .map((path) => `get /api/dreams/{id}/${path}`),
  ...[
    "get /api/settings",
    "get /api/camera",
    "get /healthz",
    "get /metrics",
    "post /files",
    "patch /files/{upload}",
  ],
];

Deno.test("/openapi.json describes the API", async (test) => {
  await withTestServer(async ({ ask, url }) => {
    const document = await json(await ask("/openapi.json"));
    const operations: [path: string, method: string, operation: Json][] = Object.entries(document.paths)
      .flatMap(
        ([path, methods]) =>
          Object.entries(methods as Json).map(([method, operation]) => [path, method, operation]),
      ) as never;

    await test.step("it is of version 3.1, and every reference leads somewhere", () => {
      assert.match(document.openapi, /^3\.1\./);
      const references = [...within(document)].filter((part) => typeof part?.$ref === "string");
      assert.ok(references.length > 100);
      for (const { $ref } of references) assert.ok(at(document, $ref), `${$ref} leads nowhere`);
    });
    await test.step("every route of the contract is there", () => {
      const described = new Set(operations.map(([path, method]) => `${method} ${path}`));
      assert.deepEqual(contract.filter((route) => !described.has(route)), []);
    });
    await test.step("every operation has a name of its own, its path's parameters, successes and errors", () => {
      const ids = operations.map(([, , { operationId }]) => operationId);
      assert.equal(new Set(ids).size, ids.length);
      for (const [path, method, operation] of operations) {
        const label = `${method} ${path}`;
        assert.ok(operation.summary, label);
        assert.ok(operation.tags.length === 1, label);
        const inPath = (operation.parameters ?? []).filter((parameter: Json) => parameter.in === "path");
        const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
        assert.deepEqual(inPath.map(({ name }: Json) => name).toSorted(), names.toSorted(), label);
        const statuses = Object.keys(operation.responses);
        assert.ok(statuses.some((status) => Number(status) < 400), label);
        for (const status of ["401", "403", "500"]) {
          assert.ok(statuses.includes(status), `${label}: ${status}`);
        }
        for (const { description } of Object.values<Json>(operation.responses)) assert.ok(description, label);
        if (path.includes("{id}")) assert.ok(statuses.includes("404"), label);
      }
    });
    await test.step("an upload takes every setting of the schema, with its range and help", () => {
      const parameters = document.paths["/api/dreams"].put.parameters.map(({ $ref }: Json) =>
        at(document, $ref)
      );
      for (const { name, help, unit, remote, minimum, maximum, choices } of settingList) {
        const parameter = parameters.find((one: Json) => one.name === name);
        assert.equal(parameter?.in, "query", name);
        assert.equal(parameter.description, remote?.help ?? (unit ? `${help} [${unit}]` : help));
        assert.equal(parameter.schema.minimum, minimum);
        assert.equal(parameter.schema.maximum, maximum);
        assert.deepEqual(parameter.schema.enum, remote?.names ?? choices);
      }
      const form = document.paths["/api/dreams"].post.requestBody.content["multipart/form-data"].schema;
      for (const { name } of settingList) assert.ok(at(document, form.$ref).properties[name], name);
    });
    await test.step("every path that answers is described, and every one described is answered", async () => {
      for (const [path, method] of operations) {
        const concrete = path.replace(/\{(id|upload)\}/, "0".repeat(32)).replace("{what}", "flow.jpg")
          .replace("{segment}", "init.mp4");
        const response = await fetch(url + concrete, { method: "OPTIONS" });
        await response.body?.cancel();
        const allowed = response.headers.get("Allow") ??
          response.headers.get("Access-Control-Allow-Methods") ?? "";
        // tus answers OPTIONS itself.
        if (!path.startsWith("/files")) {
          assert.ok(allowed.includes(method.toUpperCase()), `${method} ${path}: ${allowed}`);
        }
      }
    });
  });
});

Deno.test("Every route of the API that the app knows is described", async () => {
  const parts = { dreams: {}, hub: {}, renderer: {}, uploads: { tus: () => {} }, metrics: new Metrics() };
  const options = {
    host: "127.0.0.1",
    port: 0,
    data: "",
    cors: [],
    withoutToken: false,
    limits: defaultLimits,
  };
  const app = createApp({ ...parts, options, log: pino({ level: "silent" }) } as unknown as Services);
  const { paths } = await json(await app.request("/openapi.json"));
  const routes = app.routes.filter(({ method, path }) => method !== "ALL" && path.startsWith("/api"));
  assert.ok(routes.length > 20);
  for (const { method, path } of routes) {
    const written = path.replace(/:(\w+)(\{[^/]*\})?/g, "{$1}");
    assert.ok(paths[written]?.[method.toLowerCase()]?.summary, `${method} ${written} is not described`);
  }
});

Deno.test("/api/settings tells every setting in its group, the presets and the limits", async () => {
  await withTestServer(async ({ ask }) => {
    const settings = schemas.settings.parse(await json(await ask("/api/settings")));
    assert.deepEqual(
      settings.parameters.map(({ name }) => name),
      settingList.map(({ name }) => name),
    );
    const blend = settings.parameters.find(({ name }) => name === "blend")!;
    assert.deepEqual([blend.group, blend.common, blend.live, blend.maximum], [
      "From frame to frame",
      3,
      true,
      1,
    ]);
    assert.equal(settings.parameters.find(({ name }) => name === "imageSize")!.live, false);
    assert.ok(settings.presets.some(({ name }) => name === "classic"));
    assert.equal(settings.defaults.imageSize, 512);
    assert.equal(settings.token, false);
  });
});

Deno.test("/healthz and /metrics tell how the server is", async () => {
  await withTestServer(async ({ ask }) => {
    const health = schemas.health.parse(await json(await ask("/healthz")));
    assert.deepEqual([health.status, health.queue, health.rendering], ["ok", 0, false]);
    const response = await ask("/metrics");
    assert.match(response.headers.get("Content-Type")!, /^text\/plain; version=/);
    const text = await response.text();
    const names = ["queue_length", "dreams", "frames_total", "fps", "frame_seconds", "stage_seconds"];
    for (const name of [...names, "resident_memory_bytes", "sockets", "disk_bytes", "http_request_seconds"]) {
      assert.match(text, new RegExp(`^# TYPE reverie_${name} `, "m"));
    }
    assert.match(text, /^reverie_dreams\{state="queued"\} 0$/m);
    assert.match(
      text,
      /^reverie_http_request_seconds_count\{method="GET",route="\/healthz",status="200"\} 1$/m,
    );
  });
});

Deno.test("no setting is said to take a file of the server", () =>
  withTestServer(async ({ ask }) => {
    const { parameters } = await json(await ask("/api/settings"));
    const document = await json(await ask("/openapi.json"));
    const { Parameters, Wish, SomeParameters } = document.components.schemas;
    for (const name of ["model", "flowModel"]) {
      const described = [
        parameters.find((parameter: Json) => parameter.name === name),
        ...[Parameters, Wish, SomeParameters].map(({ properties }) => properties[name]),
      ];
      for (const { description } of described) {
        assert.match(description, name === "model" ? /inception-v3/ : /raft-small or raft-large/);
        assert.doesNotMatch(description, /\bfile\b|\.pth/);
      }
    }
  }));
