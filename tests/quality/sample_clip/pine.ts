/**
 * The pines that frame the picture: drawn once, needle by needle, then placed in the landscape as flat
 * cut-outs.
 */
import { mix, seededRandom } from "./noise.ts";

/**
 * A picture with transparency: red, green, blue (linear light, premultiplied by alpha) and alpha per pixel.
 */
export interface CutOut {
  width: number;
  height: number;
  data: Float32Array;
}

/** A pine lit from the left. It fills the cut-out's height; its trunk stands in the middle of the lower edge. */
export function drawPine(seed: number, height: number): CutOut {
  const width = Math.round(height * 0.56);
  const pine = { width, height, data: new Float32Array(width * height * 4) };
  const random = seededRandom(seed);
  const branches = growBranches(random);
  branches.sort((a, b) => a.towardsViewer - b.towardsViewer);
  const behind = branches.findIndex((branch) => branch.towardsViewer > 0);
  branches.slice(0, behind).forEach((branch) => drawBranch(pine, branch, random));
  drawTrunk(pine);
  branches.slice(behind).forEach((branch) => drawBranch(pine, branch, random));
  return pine;
}

/** A branch in units of the tree's height, from the tip down. */
interface Branch {
  level: number;
  reach: number;
  droop: number;
  towardsViewer: number;
}

function growBranches(random: () => number): Branch[] {
  const branches: Branch[] = [];
  for (let level = 0.015; level < 0.9; level += 0.009 + 0.012 * level) {
    const whorl = 0.75 + 0.5 * random(), lean = 0.85 + 0.3 * random();
    for (let count = 0; count < 9; count++) {
      const angle = 2 * Math.PI * random();
      const length = (0.012 + 0.245 * level ** 0.86) * whorl * mix(0.62, 1.08, random());
      branches.push({
        level: level + 0.006 * random(),
        reach: Math.cos(angle) * length,
        droop: (0.22 + 0.35 * level) * length * lean + 0.1 * Math.sin(angle) * length,
        towardsViewer: Math.sin(angle),
      });
    }
  }
  return branches;
}

function drawBranch(pine: CutOut, branch: Branch, random: () => number): void {
  const size = pine.height, fromX = pine.width / 2, fromY = branch.level * size;
  const twigs = Math.max(4, Math.round(Math.hypot(branch.reach, 0.4 * branch.droop) * 170));
  for (let twig = 0; twig < twigs; twig++) {
    const along = (twig + random()) / twigs;
    const x = fromX + branch.reach * size * along;
    const y = fromY + branch.droop * size * along ** 1.5;
    const length = size * mix(0.026, 0.011, along) * mix(0.5, 1, random());
    const heading = Math.sign(branch.reach) * mix(0.1, 1, random());
    const colour = needleColour(branch, along, random());
    drawStroke(
      pine,
      x,
      y,
      x + heading * length,
      y + length * mix(0.0, 0.95, random()),
      0.0016 * size,
      colour,
    );
  }
}

function needleColour(branch: Branch, along: number, chance: number): [number, number, number] {
  const sunny = Math.max(0, 0.25 - branch.reach * 6) * along ** 1.5 * (0.6 + 0.4 * branch.towardsViewer);
  const open = (0.35 + 0.65 * along) * (0.75 + 0.25 * branch.towardsViewer) * mix(0.5, 1.2, chance);
  return [
    0.014 * open + 0.36 * sunny * chance,
    0.026 * open + 0.2 * sunny * chance,
    0.02 * open + 0.045 * sunny * chance,
  ];
}

function drawTrunk(pine: CutOut): void {
  const middle = pine.width / 2, size = pine.height;
  for (let y = 0.02 * size; y < size; y++) {
    const half = 0.011 * y;
    drawStroke(pine, middle - half, y, middle - 0.3 * half, y, 0.002 * size, [0.16, 0.085, 0.045]);
    drawStroke(pine, middle - 0.3 * half, y, middle + half, y, 0.002 * size, [0.03, 0.022, 0.02]);
  }
}

/**
 * Draws a straight stroke with soft edges over the picture, `radius` to either side. All lengths in pixels.
 */
function drawStroke(
  pine: CutOut,
  x0: number,
  y0: number,
  x1: number,
  y1: number,
  radius: number,
  colour: readonly [number, number, number],
): void {
  const reach = radius + 0.5;
  const left = Math.max(0, Math.floor(Math.min(x0, x1) - reach)),
    top = Math.max(0, Math.floor(Math.min(y0, y1) - reach));
  const right = Math.min(pine.width - 1, Math.ceil(Math.max(x0, x1) + reach));
  const bottom = Math.min(pine.height - 1, Math.ceil(Math.max(y0, y1) + reach));
  for (let y = top; y <= bottom; y++) {
    for (let x = left; x <= right; x++) {
      const cover = Math.min(1, reach - distanceToSegment(x + 0.5, y + 0.5, x0, y0, x1, y1));
      if (cover <= 0) continue;
      const at = (y * pine.width + x) * 4;
      for (let c = 0; c < 4; c++) pine.data[at + c] = mix(pine.data[at + c]!, colour[c] ?? 1, cover);
    }
  }
}

/** The distance of (x, y) from the straight line between two points. */
export function distanceToSegment(
  x: number,
  y: number,
  x0: number,
  y0: number,
  x1: number,
  y1: number,
): number {
  const dx = x1 - x0, dy = y1 - y0;
  const along = ((x - x0) * dx + (y - y0) * dy) / (dx * dx + dy * dy + 1e-9);
  const t = along < 0 ? 0 : along > 1 ? 1 : along;
  return Math.hypot(x - x0 - t * dx, y - y0 - t * dy);
}
