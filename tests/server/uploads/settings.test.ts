import assert from "node:assert/strict";
import { lookFor, presetOf } from "../../../pipeline/settings/presets.ts";
import { settings } from "../../../pipeline/settings/settle.ts";
import { checkLive, readSettings } from "../../../server/uploads/settings.ts";
import { ReverieError } from "../../../pipeline/errors.ts";
import { bodyOf } from "../../../server/errors.ts";

function refused(fields: Record<string, unknown>, field: string, message: RegExp): void {
  assert.throws(() => readSettings(fields), (error) => {
    assert.ok(error instanceof ReverieError, String(error));
    assert.equal(error.code, "invalid_parameter");
    assert.equal(error.field, field);
    const told = bodyOf(error);
    assert.equal(told.field, field);
    assert.match(told.message, message);
    assert.ok(!/[\r\n]/.test(told.message), told.message);
    return true;
  });
}

Deno.test("readSettings() turns texts into what their settings are", () => {
  const { given } = readSettings({
    blend: "0.3",
    octaves: "4",
    layers: "mixed3, mixed4",
    channels: "1,2",
    independent: "",
    mean: "0.1,0.2,0.3",
    scale: "2",
    smoothing: "none",
  });
  assert.deepEqual(given, {
    blend: 0.3,
    octaves: 4,
    layers: ["mixed3", "mixed4"],
    channels: [1, 2],
    independent: true,
    mean: [0.1, 0.2, 0.3],
    scale: [2, 2, 2],
    smoothing: "none",
  });
});

Deno.test("readSettings() leaves typed values as they are", () => {
  const fields = { blend: 0.5, layers: ["mixed3"], independent: false, from: 2, duration: 1.5 };
  const { given, from, duration } = readSettings(fields);
  assert.deepEqual(given, { blend: 0.5, layers: ["mixed3"], independent: false });
  assert.deepEqual([from, duration], [2, 1.5]);
});

Deno.test("readSettings() reads name, preset and times", () => {
  const read = readSettings({ name: "a/b.mp4", preset: "art", from: "1:30", duration: "0.5" });
  assert.deepEqual(read, { name: "b.mp4", preset: "art", from: 90, duration: 0.5, given: {} });
});

Deno.test("settings() puts what is given over the preset and the defaults", () => {
  const parameters = settings(readSettings({ preset: "landscape", octaves: "2" }));
  const { blend } = lookFor(presetOf("landscape"), parameters.model);
  assert.deepEqual([parameters.blend, parameters.octaves, parameters.imageSize], [blend, 2, 512]);
  assert.equal(settings(readSettings({ preset: "landscape", blend: "0.9" })).blend, 0.9);
});

Deno.test("a value of the wrong kind or out of range is refused with its field", () => {
  refused({ blend: "much" }, "blend", /blend must be a number from 0 to 1, not "much"/);
  refused({ blend: "1.5" }, "blend", /from 0 to 1/);
  refused({ blend: "" }, "blend", /must be a number/);
  refused({ blend: "NaN" }, "blend", /must be a number/);
  refused({ blend: "0x1" }, "blend", /must be a number/);
  refused({ blend: [0.3] }, "blend", /must be a number/);
  refused({ blend: null }, "blend", /must be a number/);
  refused({ octaves: "2.5" }, "octaves", /a whole number from 1 to 12/);
  refused({ octaveScale: "1" }, "octaveScale", /must not be 1/);
  refused({ independent: "yes" }, "independent", /true or false/);
  refused({ smoothing: "soft" }, "smoothing", /none, gaussian or laplacian/);
  refused({ layers: "" }, "layers", /one or more names/);
  refused({ channels: "1,x" }, "channels", /whole numbers/);
  refused({ smoothing: "a\r\nSet-Cookie: x" }, "smoothing", /must be/);
});

Deno.test("unknown fields are refused, with the nearest there is", () => {
  refused({ blent: "0.3" }, "blent", /no setting "blent"; did you mean blend\?/);
  refused({ __proto__x: "1" }, "__proto__x", /no setting/);
  refused(Object.fromEntries([["__proto__", "1"]]), "__proto__", /no setting "__proto__"/);
  refused({ constructor: "1" }, "constructor", /no setting/);
  refused({ "a\r\nb": "1" }, "a b", /no setting "a b"/);
  refused({ blend: "1".repeat(5000) }, "blend", /longer than/);
});

Deno.test("presets and times that are none are refused with their field", () => {
  refused({ preset: "nice" }, "preset", /no preset is named "nice"; there are: landscape/);
  refused({ preset: "toString" }, "preset", /no preset/);
  refused({ from: "soon" }, "from", /must be a time/);
  refused({ from: "-1" }, "from", /must be a time/);
  refused({ from: -1 }, "from", /must be a time/);
  refused({ from: Infinity }, "from", /must be a time/);
  refused({ duration: "0" }, "duration", /above 0/);
  refused({ duration: "1:99" }, "duration", /must be a time/);
});

Deno.test("a model is a name and never a path on the server", () => {
  assert.equal(settings(readSettings({ model: "inception-v3" })).model, "inception-v3");
  assert.equal(settings(readSettings({ flowModel: "raft-small" })).flowModel, "raft-small");
  refused({ model: "raft-small" }, "model", /must be the name of a network/);
  for (const model of ["/etc/passwd", "../x.onnx", "x.onnx", "", "a b", "C:\\x", ".", "x\0", "-", 3, ["x"]]) {
    refused({ model }, "model", /must be the name of a network/);
    refused({ flowModel: model }, "flowModel", /must be the name of a network/);
  }
});

Deno.test("a field that a route does not take is refused by name", () => {
  assert.deepEqual(readSettings({ preset: "art" }, ["preset"]), { preset: "art", given: {} });
  assert.throws(() => readSettings({ preset: "art" }, []), { field: "preset", message: /cannot be changed/ });
});

Deno.test("a setting that holds for the whole dream is refused by name", () => {
  checkLive({ blend: 0.5, layers: ["mixed3"] });
  assert.throws(() => checkLive({ blend: 0.5, seed: 4 }), {
    field: "seed",
    message: /holds for the whole dream/,
  });
});
