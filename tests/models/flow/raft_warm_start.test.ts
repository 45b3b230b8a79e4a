import assert from "node:assert/strict";
import { consistentCells, share } from "../../../models/flow/raft/consistency.ts";
import { carried, startAfter, startAtRest } from "../../../models/flow/raft/warm_start.ts";

const rows = 6, columns = 8, cells = rows * columns;

/** A state whose flow is (u, v) where `at` says so and zero elsewhere; the hidden planes hold each cell's number. */
function stateOf(u: number, v: number, at: (column: number, row: number) => boolean = () => true) {
  const data = new Float32Array(2 * cells);
  for (let i = 0; i < cells; i++) {
    if (!at(i % columns, Math.floor(i / columns))) continue;
    data[i] = u;
    data[cells + i] = v;
  }
  const hidden = Float32Array.from({ length: 2 * cells }, (_, i) => i < cells ? i : -(i - cells));
  return { flow: { rows, columns, data }, hidden };
}

const everywhere = new Uint8Array(cells).fill(1);

Deno.test("flow is carried to where it points to, and backward flow the opposite way", () => {
  const lonely = new Uint8Array(cells);
  lonely[3 * columns + 2] = 1;
  const trusted = ({ trust }: { trust: Float32Array }) => trust.findIndex((value) => value > 0);
  const ahead = carried(stateOf(3, -1), 1, lonely);
  assert.equal(trusted(ahead), 2 * columns + 5);
  const behind = carried(stateOf(-3, 1), -1, lonely);
  assert.equal(trusted(behind), 2 * columns + 5);
  // All others get it from the cell that has it.
  assert.ok(ahead.flow.data.every((value, i) => value === (i < cells ? 3 : -1)));
});

Deno.test("the recurrent state goes with the flow; cells that nothing comes to trust none of it", () => {
  const { flow, hidden, trust } = carried(stateOf(2, 0), 1, everywhere);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const cell = row * columns + column;
      assert.equal(trust[cell]! > 0, column >= 2, `trust of ${column}, ${row}`);
      const from = Math.max(column - 2, 0) + row * columns;
      assert.equal(hidden[cell], from);
      assert.equal(hidden[cells + cell], -from);
      assert.equal(flow.data[cell], 2);
    }
  }
});

Deno.test("of two that land in one cell the nearer one stays", () => {
  const state = stateOf(0, 0);
  state.flow.data[0] = 1.4;
  state.flow.data[1] = 0.1;
  assert.equal(carried(state, 1, everywhere).hidden[1], 1);
});

Deno.test("cells that are not reliable, and flow that is no number, are not carried", () => {
  const state = stateOf(0, 0);
  state.flow.data[10] = 5;
  state.flow.data[20] = NaN;
  const reliable = everywhere.slice();
  reliable[10] = 0;
  const { flow, trust } = carried(state, 1, reliable);
  assert.ok(flow.data.every((value) => value === 0));
  assert.deepEqual([trust[10], trust[20], trust[10]! < trust[11]!], [0, 0, true]);
});

Deno.test("nothing reliable leaves no motion and no trust", () => {
  const { flow, hidden, trust } = carried(stateOf(3, 3), 1, new Uint8Array(cells));
  assert.deepEqual({ flow, hidden, trust }, startAtRest(rows, columns, 2));
});

Deno.test("cells agree where both directions are opposite, and not where they leave the picture", () => {
  const there = stateOf(2, 0).flow, back = stateOf(-2, 0).flow;
  const agree = consistentCells(there, back);
  for (let i = 0; i < cells; i++) assert.equal(agree[i], i % columns < columns - 2 ? 1 : 0);
  assert.equal(share(agree), 0.75);
  assert.equal(share(consistentCells(there, stateOf(2, 0).flow)), 0);
});

Deno.test("half a pixel of disagreement is allowed, a pixel is not", () => {
  const off = (pixels: number) => share(consistentCells(stateOf(0, 0).flow, stateOf(pixels / 8, 0).flow));
  assert.equal(off(0.5), 1);
  assert.equal(off(1), 0);
});

Deno.test("the start of the next pair comes from both directions", () => {
  const { forward, backward } = startAfter({ forward: stateOf(1, 0), backward: stateOf(-1, 0) });
  // Forward and backward alike, the pattern has moved one cell to the right.
  assert.equal(forward.hidden[10], 9);
  assert.equal(backward.hidden[10], 9);
  assert.equal(backward.flow.data[10], -1);
});
