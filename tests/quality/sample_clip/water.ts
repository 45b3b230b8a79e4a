/** The lake's ripples: wave trains whose periods divide the loop, so that the water ends where it began. */
import { mix, noise, seededRandom, smoothstep } from "./noise.ts";

interface Wave {
  kx: number;
  kz: number;
  turns: number;
  phase: number;
  steepness: number;
}

const WAVES: readonly Wave[] = (() => {
  const random = seededRandom(7);
  return Array.from({ length: 14 }, (_, index) => {
    const length = 0.45 * 1.27 ** index, heading = mix(-1.1, 0.7, random()) + Math.PI / 2;
    const k = 2 * Math.PI / length;
    const turns = Math.max(1, Math.round(2.5 * Math.sqrt(9.81 * k) / (2 * Math.PI) * 0.55));
    return {
      kx: k * Math.cos(heading),
      kz: k * Math.sin(heading),
      turns,
      phase: 6.283 * random(),
      steepness: 0.0085,
    };
  });
})();

/**
 * Writes the slope of the water (along x, along z) at a place into `out`; waves finer than `footprint` metres
 * fade.
 */
export function waterSlope(x: number, z: number, turn: number, footprint: number, out: Float64Array): void {
  const gust = 0.35 + 1.1 * smoothstep(-0.35, 0.5, noise(x / 23 + 0.2 * Math.sin(turn), z / 38));
  const bentX = x + 0.5 * noise(x / 3, z / 3), bentZ = z + 0.5 * noise(x / 3 + 20, z / 3);
  let slopeX = 0, slopeZ = 0;
  for (const wave of WAVES) {
    const length = 6.283 / Math.hypot(wave.kx, wave.kz);
    const seen = smoothstep(1, 4, length / footprint);
    if (seen === 0) continue;
    const tilt = seen * wave.steepness *
      Math.cos(wave.kx * bentX + wave.kz * bentZ - wave.turns * turn + wave.phase);
    slopeX += tilt * wave.kx * length / 6.283;
    slopeZ += tilt * wave.kz * length / 6.283;
  }
  out[0] = slopeX * gust;
  out[1] = slopeZ * gust;
}
