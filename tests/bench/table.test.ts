import assert from "node:assert/strict";
import { isMet } from "./part.ts";
import { median, sum } from "./statistics.ts";
import { detailText, figure, figuresText, type PartRow } from "./table.ts";

const rows: PartRow[] = [
  { part: "gradient", what: "step / convolutions", measured: 1.4, unit: "", target: { atMost: 1.35 } },
  { part: "pipeline", what: "speed", measured: 0.91, unit: "fps", target: { atLeast: 0.8 } },
  { part: "pipeline", what: "aside", measured: 12.34, unit: "%" },
];

Deno.test("each figure has a line with its target and whether it is met", () => {
  assert.equal(
    figuresText(rows, false),
    [
      "part      figure                measured        target  met",
      "gradient  step / convolutions       1.40       <= 1.35  NO",
      "pipeline  speed                0.910 fps  >= 0.800 fps  yes",
      "pipeline  aside                   12.3 %             -",
    ].join("\n"),
  );
});

Deno.test("tiny settings are neither met nor missed", () => {
  const words = figuresText(rows, true).split("\n").map((line) => line.split(/\s+/).at(-1));
  assert.deepEqual(words, ["met", "quick", "quick", "-"]);
});

Deno.test("a target is met up to and including its limit, and never by what is no number", () => {
  assert.ok(isMet(1.35, { atMost: 1.35 }) && !isMet(1.36, { atMost: 1.35 }));
  assert.ok(isMet(0.8, { atLeast: 0.8 }) && !isMet(0.79, { atLeast: 0.8 }));
  assert.ok(!isMet(NaN, { atMost: 1 }) && !isMet(NaN, { atLeast: 1 }));
});

Deno.test("details stand under their title, numbers below each other", () => {
  const text = detailText({
    title: "by operator",
    rows: [["operator", "ms"], ["Conv", "130"], ["Add", "7.20"]],
  });
  assert.equal(text, "by operator\noperator    ms\nConv       130\nAdd       7.20");
});

Deno.test("numbers have three digits or more", () => {
  const shown = [0.0123, 0.5, 1.234, 12.34, 123.4, -1.5].map((value) => figure(value));
  assert.deepEqual(shown, ["0.012", "0.500", "1.23", "12.3", "123", "-1.50"]);
  assert.equal(figure(2, "px"), "2.00 px");
});

Deno.test("the median is the middle value, whatever the order", () => {
  assert.equal(median([9, 1, 5]), 5);
  assert.equal(median([4, 1, 3, 2]), 2.5);
  assert.ok(Number.isNaN(median([])));
  assert.equal(sum([1, 2, 3]), 6);
});
