/**
 * Inverse search (Kroeger et al. 2016, section 2.1): gradient descent moves each patch of a regular grid to where it
 * fits best in the second image. It uses the patch's own gradients, so the Hessian is inverted once, not per step.
 */
import type { FlowField } from "../flow.ts";
import { type DisParameters, PATCH_SIZE } from "./parameters.ts";
import { Patch } from "./patch.ts";
import type { Level } from "./pyramid.ts";
import { sampleCoarse } from "./sample_coarse.ts";

/** The motion of each patch of a grid. */
export interface PatchFlow {
  /** Left edges of the columns of patches. */
  lefts: Int32Array;
  /** Upper edges of the rows of patches. */
  tops: Int32Array;
  /** Motion to the right, row by row. */
  u: Float64Array;
  /** Motion downwards. */
  v: Float64Array;
}

type SearchOptions = Omit<DisParameters, "refinement">;

/** Steps shorter than this many pixels end a descent. */
const SMALL_STEP = 0.02;
/** A distant motion must cost less than this times the other, because similar-looking places are easy to find. */
const FAR_BETTER = 0.3;
/** Cost of a difference of an eighth of a grey level in each pixel of a patch; a patch that costs less fits. */
const FITTING = (PATCH_SIZE / 8) ** 2;
/** Cost of a difference of one grey level in each pixel; a plain patch cannot distinguish places that differ by less. */
const ALIKE = PATCH_SIZE ** 2;

/**
 * Finds the motion of every patch, starting from the flow of the next coarser level (or none), or from a rival flow of
 * the same size if the patch fits better there. Good matches spread: a first pass tries the motion of each patch's
 * left and upper neighbour, a second pass, backwards, that of its right and lower neighbour.
 */
export function searchPatches(
  from: Level,
  to: Level,
  coarse: FlowField | undefined,
  options: SearchOptions,
  rival?: FlowField,
): PatchFlow {
  const grid = startingGrid(from, coarse, options.patchStride);
  const search = new Search(from, to, grid, options);
  if (rival) search.startBetter(startingGrid(from, rival, options.patchStride));
  const start = { ...grid, u: grid.u.slice(), v: grid.v.slice() };
  const columns = grid.lefts.length, rows = grid.tops.length;
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) search.improve(column, row, -1);
  }
  for (let row = rows - 1; row >= 0; row--) {
    for (let column = columns - 1; column >= 0; column--) search.improve(column, row, 1);
  }
  if (options.farthest < Infinity) search.putBack(start);
  return grid;
}

/** Patches with the motion of the coarser flow, or with none. */
function startingGrid({ width, height }: Level, coarse: FlowField | undefined, stride: number): PatchFlow {
  const lefts = gridPositions(width, stride), tops = gridPositions(height, stride);
  const u = new Float64Array(lefts.length * tops.length), v = new Float64Array(u.length);
  const grid = { lefts, tops, u, v };
  if (coarse) startFrom(coarse, grid);
  return grid;
}

/** First pixels of patches that cover `length` pixels; the last patch ends where the image does. */
function gridPositions(length: number, stride: number): Int32Array {
  const last = length - PATCH_SIZE;
  const positions = new Int32Array(1 + Math.ceil(last / stride));
  for (let i = 0; i < positions.length; i++) positions[i] = Math.min(i * stride, last);
  return positions;
}

function startFrom(coarse: FlowField, { lefts, tops, u, v }: PatchFlow): void {
  const middle = (PATCH_SIZE - 1) / 2;
  for (let row = 0, i = 0; row < tops.length; row++) {
    for (let column = 0; column < lefts.length; column++, i++) {
      u[i] = sampleCoarse(coarse, 0, lefts[column]! + middle, tops[row]! + middle);
      v[i] = sampleCoarse(coarse, 1, lefts[column]! + middle, tops[row]! + middle);
    }
  }
}

/** Improves the patches of one grid, one at a time. */
class Search {
  readonly #patch = new Patch();
  #index = 0;
  #left = 0;
  #top = 0;
  /** The best motion of the current patch so far, its cost, and the step that it suggests. */
  #u = 0;
  #v = 0;
  #cost = 0;
  #stepX = 0;
  #stepY = 0;

  constructor(
    readonly from: Level,
    readonly to: Level,
    readonly grid: PatchFlow,
    readonly options: SearchOptions,
  ) {}

  /** Gives patches the motion of the rival where it is better. */
  startBetter({ u, v }: PatchFlow): void {
    for (let i = 0; i < u.length; i++) {
      this.#load(i);
      if (this.#isBetter(u[i]!, v[i]!)) this.#move(i, u[i]!, v[i]!);
    }
  }

  /** Whether a rival's motion is better than the current patch's own: it fits better, or, if distant, far better. */
  #isBetter(u: number, v: number): boolean {
    const own = this.#costOf(this.grid.u[this.#index]!, this.grid.v[this.#index]!);
    // RAFT sees motion in black areas and in noise; DIS does not, because it continues the motion around them.
    if (this.#isPlain()) return this.#costOf(u, v) <= own + ALIKE;
    // A patch that has left the image (infinite cost) stays as it is: it must not be found again somewhere else.
    if (own === Infinity) return false;
    const far = this.#isFar(this.#index, u, v);
    if (far && own < FITTING) return false;
    return this.#costOf(u, v) < (far ? FAR_BETTER : 1) * own;
  }

  /** Moves patches that have gone far back to their start, unless they fit far better where they are. */
  putBack({ u, v }: PatchFlow): void {
    for (let i = 0; i < u.length; i++) {
      if (!this.#isFar(i, u[i]!, v[i]!)) continue;
      this.#load(i);
      const end = this.#costOf(this.grid.u[i]!, this.grid.v[i]!);
      if (end >= FAR_BETTER * this.#costOf(u[i]!, v[i]!)) this.#move(i, u[i]!, v[i]!);
    }
  }

  /** Whether the current patch has too little texture to be located. */
  #isPlain(): boolean {
    return this.#patch.texture < this.options.leastTexture;
  }

  #isFar(index: number, u: number, v: number): boolean {
    return Math.hypot(this.grid.u[index]! - u, this.grid.v[index]! - v) > this.options.farthest;
  }

  #move(index: number, u: number, v: number): void {
    this.grid.u[index] = u;
    this.grid.v[index] = v;
  }

  /** Tries the motion of the neighbours on one side (-1: left and above, 1: right and below), then runs the descent. */
  improve(column: number, row: number, side: -1 | 1): void {
    const { lefts, tops, u, v } = this.grid;
    const columns = lefts.length;
    this.#load(row * columns + column);
    // A plain patch would move to where it fits noise by chance, and pass that on to its neighbours.
    if (this.#isPlain()) return;
    this.#cost = Infinity;
    this.#u = u[this.#index]!;
    this.#v = v[this.#index]!;
    this.#stepX = this.#stepY = 0;
    // A patch that has left the image cannot match anything in it: it keeps the motion of the coarser level.
    if (!this.#try(this.#u, this.#v)) return;
    let better = false;
    if (column + side >= 0 && column + side < columns) better = this.#tryNeighbour(this.#index + side);
    if (row + side >= 0 && row + side < tops.length) {
      better = this.#tryNeighbour(this.#index + side * columns) || better;
    }
    if (side < 0 || better) this.#descend();
    u[this.#index] = this.#u;
    v[this.#index] = this.#v;
  }

  #load(index: number): void {
    const { lefts, tops } = this.grid;
    this.#index = index;
    this.#left = lefts[index % lefts.length]!;
    this.#top = tops[Math.floor(index / lefts.length)]!;
    this.#patch.load(this.from, this.#left, this.#top);
  }

  #costOf(u: number, v: number): number {
    this.#patch.compare(this.to, this.#left + u, this.#top + v);
    return this.#patch.cost;
  }

  #tryNeighbour(neighbour: number): boolean {
    const u = this.grid.u[neighbour]!;
    const v = this.grid.v[neighbour]!;
    const near = Math.abs(u - this.#u) + Math.abs(v - this.#v) < SMALL_STEP;
    return !near && this.#try(u, v);
  }

  #descend(): void {
    const startU = this.#u;
    const startV = this.#v;
    for (let step = 0; step < this.options.descentSteps; step++) {
      const u = this.#u + this.#stepX;
      const v = this.#v + this.#stepY;
      // A descent that moves a patch by more than its own size has diverged.
      if (Math.abs(u - startU) > PATCH_SIZE || Math.abs(v - startV) > PATCH_SIZE) return;
      const short = Math.abs(this.#stepX) + Math.abs(this.#stepY) < SMALL_STEP;
      if (!this.#try(u, v) || short) return;
    }
  }

  /** Accepts a motion if it costs less than the best so far. Returns whether it does. */
  #try(u: number, v: number): boolean {
    const patch = this.#patch;
    patch.compare(this.to, this.#left + u, this.#top + v);
    if (patch.cost >= this.#cost) return false;
    this.#u = u;
    this.#v = v;
    this.#cost = patch.cost;
    this.#stepX = patch.stepX;
    this.#stepY = patch.stepY;
    return true;
  }
}
