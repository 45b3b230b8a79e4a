/**
 * The shape of the land. Units are metres: x to the right, z away from the viewer, heights above the lake, which is at 0.
 */
import { clamp, fractalNoise, hash, mix, noise, ridgedNoise, smoothstep } from "./noise.ts";

/** The objects at one place. */
export interface Ground {
  /** Metres above the lake, trees and stones included; negative under water. */
  height: number;
  /** Height without trees and stones. */
  soil: number;
  /**
   * The tree that covers the place: a random number in (0, 1) that identifies the tree, or 0 if there is
   * none.
   */
  tree: number;
  /** 0 at a tree's rim, 1 at its tip. */
  crown: number;
}

/** A mountain: centre, reach and height. */
interface Massif {
  x: number;
  z: number;
  reach: number;
  height: number;
}

const MASSIFS: readonly Massif[] = [
  { x: 215, z: 860, reach: 270, height: 225 },
  { x: 560, z: 820, reach: 260, height: 215 },
  { x: -470, z: 760, reach: 200, height: 105 },
  { x: -640, z: 1050, reach: 230, height: 190 },
  { x: 0, z: 1400, reach: 330, height: 300 },
  { x: -560, z: 1650, reach: 330, height: 230 },
  { x: 700, z: 1500, reach: 400, height: 330 },
  { x: 60, z: 560, reach: 130, height: 62 },
];

/** Land that rises from the lake: centre, semi-axes and height. */
const ISLANDS = [
  { x: -37, z: 92, rx: 27, rz: 13, height: 4.2 },
  { x: 74, z: 150, rx: 50, rz: 20, height: 7 },
  { x: -95, z: 205, rx: 62, rz: 24, height: 8 },
  { x: 14, z: 118, rx: 6.5, rz: 3.5, height: 1.9 },
  { x: -15, z: 17, rx: 11, rz: 13, height: 1.5 },
  { x: 17, z: 20, rx: 12, rz: 15, height: 1.6 },
] as const;

/** The ground at (x, z). */
export function groundAt(x: number, z: number): Ground {
  const soil = soilHeight(x, z);
  if (soil < -2) return { height: soil, soil, tree: 0, crown: 0 };
  const stones = soil + stoneHeight(x, z, soil);
  const best = tallestTree(x, z, soil);
  if (best.height <= 0) return { height: stones, soil, tree: 0, crown: 0 };
  return { height: Math.max(stones, soil + best.height), soil, tree: best.tree, crown: best.crown };
}

function soilHeight(x: number, z: number): number {
  const shoreline = z + 70 * fractalNoise(x / 130 + 3, z / 160, 4) + 0.12 * Math.abs(x);
  let height = -5 + 30 * smoothstep(270, 420, shoreline);
  if (z > 240) height += mountainHeight(x, z);
  height += 3 * fractalNoise(x / 40, z / 40, 4) * smoothstep(200, 300, z);
  if (z < 260) height = Math.max(height, islandHeight(x, z));
  return height;
}

function mountainHeight(x: number, z: number): number {
  const bend = 90 * fractalNoise(x / 300 + 8, z / 300, 3);
  let envelope = 0;
  for (const massif of MASSIFS) {
    const distance = ((x + bend - massif.x) ** 2 + (z - bend - massif.z) ** 2) / massif.reach ** 2;
    envelope += massif.height * Math.exp(-1.6 * distance);
  }
  const ridges = ridgedNoise((x + bend * 0.6) / 290, (z + bend) / 290 + 4, 9);
  return envelope * (0.34 + 0.95 * ridges) * smoothstep(280, 480, z);
}

function islandHeight(x: number, z: number): number {
  let height = -5;
  const edge = fractalNoise(x / 9 + 40, z / 9, 4), relief = fractalNoise(x / 3, z / 3 + 9, 4);
  for (const island of ISLANDS) {
    const distance = Math.hypot((x - island.x) / island.rx, (z - island.z) / island.rz) + 0.45 * edge;
    height = Math.max(height, island.height * (1.05 - 1.25 * distance * distance) + 0.35 * relief);
  }
  return height;
}

/** Boulders along the shores: rounded lumps, at most one per cell, in cells of two sizes. */
function stoneHeight(x: number, z: number, soil: number): number {
  if (z > 230 || soil > 1.2) return 0;
  let height = 0;
  for (const cell of [0.9, 2.6]) {
    const dent = 0.28 * cell * fractalNoise(x / cell * 1.4, z / cell * 1.4 + cell, 4);
    const lump = nearestInCells(x + dent, z - dent, cell, 11 + cell);
    if (lump.tree < (cell > 2 ? 0.72 : 0.5)) continue;
    const radius = cell * mix(0.2, 0.52, lump.size), flat = mix(0.45, 0.8, lump.tree);
    height = Math.max(
      height,
      (flat * radius + 0.5 * dent) * clamp(1 - (lump.distance / radius) ** 2, 0, 1) ** 0.6,
    );
  }
  return height;
}

/** The tallest of the conifers whose crowns cover (x, z). */
function tallestTree(x: number, z: number, soil: number): { height: number; tree: number; crown: number } {
  const none = { height: 0, tree: 0, crown: 0 };
  if (z < 45 || soil < 0.5 || soil > 95) return none;
  const wood = fractalNoise(x / 34 + 70, z / 34, 3);
  if (wood + 0.45 * smoothstep(0.5, 2, soil) - smoothstep(45, 95, soil) * 0.9 < -0.02) return none;
  const cell = z < 260 ? 2.4 : 4;
  let best = none;
  for (const salt of [1, 2]) {
    const site = nearestInCells(x, z, cell, salt);
    const radius = cell * mix(0.4, 0.68, site.size);
    const ragged = 1 + 0.3 * noise(x * 9 / cell, z * 9 / cell);
    const inward = 1 - site.distance * ragged / radius;
    if (inward <= 0) continue;
    const tiers = inward ** 1.15 + 0.05 * Math.sin(inward * 30);
    const height = radius * mix(3.4, 5.6, site.tall) * tiers;
    if (height > best.height) best = { height, tree: site.tree, crown: clamp(tiers, 0, 1) };
  }
  return best;
}

/**
 * The nearest of the sites scattered one per square cell: its distance, and two random numbers that belong to
 * it.
 */
function nearestInCells(x: number, z: number, cell: number, salt: number) {
  const column = Math.floor(x / cell), row = Math.floor(z / cell);
  let distance = Infinity, tree = 0, size = 0, tall = 0;
  for (let i = column - 1; i <= column + 1; i++) {
    for (let j = row - 1; j <= row + 1; j++) {
      const dx = (i + hash(i, j, salt)) * cell - x, dz = (j + hash(i, j, salt + 50)) * cell - z;
      const away = dx * dx + dz * dz;
      if (away >= distance) continue;
      distance = away;
      tree = hash(i, j, salt + 100) * 0.98 + 0.01;
      size = hash(i, j, salt + 150);
      tall = hash(i, j, salt + 200);
    }
  }
  return { distance: Math.sqrt(distance), tree, size, tall };
}
