import assert from "node:assert/strict";
import { displayOf, exifOrientation } from "../../../pipeline/ffmpeg/orientation.ts";
import type { Orientation } from "../../../pipeline/ffmpeg/source_info.ts";

const one = 65536;

/** A display matrix in the form in which ffprobe prints it. */
function matrix(a: number, b: number, c: number, d: number) {
  const rows = [[a, b, 0], [c, d, 0], [0, 0, 16384]].map((row, at) =>
    `${String(at).padStart(8, "0")}: ${
      row.map((value) => String(Math.round(value * one)).padStart(12)).join("")
    }`
  );
  return [{ side_data_type: "Display Matrix", displaymatrix: `\n${rows.join("\n")}\n` }];
}

/** Where an orientation shows the stored directions right and down, as (x, y) with y pointing down. */
function axes({ mirrored, clockwise }: Orientation): number[] {
  const angle = clockwise * Math.PI / 180;
  const [cos, sin] = [Math.round(Math.cos(angle)), Math.round(Math.sin(angle))];
  const right = mirrored ? -1 : 1;
  return [right * cos, right * sin, -sin, cos].map((value) => value + 0);
}

Deno.test("all eight display matrices show the stored axes where they say", () => {
  for (const [a, d] of [[1, 1], [-1, 1], [1, -1], [-1, -1]] as const) {
    for (const values of [[a, 0, 0, d], [0, a, d, 0]] as const) {
      const [right, rightDown, downRight, down] = values;
      const { orientation, tilt } = displayOf(matrix(right, rightDown, downRight, down))!;
      assert.deepEqual(axes(orientation), [...values]);
      assert.equal(tilt, 0);
    }
  }
});

Deno.test("a matrix that is no rotation leaves the picture as stored", () => {
  for (const [a, b, c, d] of [[0, 0, 0, 0], [1, 1, 1, 1], [1, 0, 0, 0]] as const) {
    assert.deepEqual(displayOf(matrix(a, b, c, d)), {
      orientation: { mirrored: false, clockwise: 0 },
      tilt: 0,
    });
  }
  assert.equal(displayOf([{ displaymatrix: "" }])!.orientation.clockwise, 0);
  assert.equal(displayOf([]), undefined);
});

Deno.test("another angle becomes the nearest quarter turn and a tilt", () => {
  const turned = (degrees: number) => {
    const [cos, sin] = [Math.cos(degrees * Math.PI / 180), Math.sin(degrees * Math.PI / 180)];
    const { orientation, tilt } = displayOf(matrix(cos, sin, -sin, cos))!;
    return [orientation.clockwise, Math.round(tilt)];
  };
  assert.deepEqual([30, 45, -45, 100, 200, 89.5].map(turned), [
    [0, 30],
    [0, 45],
    [0, -45],
    [90, 10],
    [180, 20],
    [90, 0],
  ]);
});

Deno.test("an EXIF value that means nothing leaves the picture as stored", () => {
  for (const value of [undefined, 0, 9, NaN]) assert.equal(exifOrientation(value).clockwise, 0);
});
