/** The evening sky, and the haze that it casts over distant objects. Directions are (x / z, y / z). */
import type { Colour } from "./landscape.ts";
import { clamp, fractalNoise, mix, smoothstep } from "./noise.ts";

/** Position of the sun. */
const SUN = { across: -0.36, up: 0.165 };
const ZENITH: Colour = [0.025, 0.115, 0.27],
  HORIZON: Colour = [0.62, 0.36, 0.2],
  GLOW: Colour = [1.9, 0.95, 0.36];
const CLOUD_SHADE: Colour = [0.085, 0.085, 0.14], CLOUD_LIGHT: Colour = [1.35, 0.54, 0.23];

/**
 * Writes the light of the sky in a direction into `out`; `turn` is the time in radians, and the whole loop is
 * 2π.
 */
export function skyLight(across: number, up: number, turn: number, out: Float64Array): void {
  const height = Math.max(0, up);
  const away = Math.hypot(across - SUN.across, (up - SUN.up) * 1.3);
  const glow = 0.45 * Math.exp(-away * 4) + 0.5 * Math.exp(-away * 14) + 9 * smoothstep(0.03, 0.018, away);
  const rise = 1 - Math.exp(-height * 6);
  const cloud = cloudCover(across, height, turn);
  const sunward = cloudCover(across - 0.028, height - 0.016, turn);
  const lit = clamp(0.6 - 0.6 * cloud + 1.7 * (cloud - sunward) + 0.4 * Math.exp(-away * 3), 0, 1.5);
  const veil = cloud * smoothstep(0.0, 0.07, height) * 0.94;
  for (let c = 0; c < 3; c++) {
    const clear = mix(HORIZON[c]!, ZENITH[c]!, rise) + GLOW[c]! * glow;
    const body = mix(CLOUD_SHADE[c]!, CLOUD_LIGHT[c]!, lit) + GLOW[c]! * glow * 0.3;
    out[c] = mix(clear, body, veil);
  }
}

/** The sunlight scattered in the lens, seen in a direction. */
export function sunGlare(across: number, up: number, channel: number): number {
  const away = Math.hypot(across - SUN.across, up - SUN.up);
  return GLOW[channel]! * (0.24 * Math.exp(-away * 13) + 0.08 * Math.exp(-away * 4));
}

/** The colour of distant haze seen in a direction. */
export function hazeLight(across: number, channel: number): number {
  const towardsSun = Math.exp(-Math.abs(across - SUN.across) * 2.6);
  return mix(HAZE_AWAY[channel]!, HAZE_SUNWARD[channel]!, towardsSun);
}

const HAZE_AWAY: Colour = [0.22, 0.27, 0.4], HAZE_SUNWARD: Colour = [0.98, 0.54, 0.28];

/**
 * Cloud density, 0 (clear) … 1 (thick): noise on a plane overhead, distorted by more noise that slowly turns.
 */
function cloudCover(across: number, up: number, turn: number): number {
  const plane = 0.8 / (Math.max(0, up) + 0.16);
  const x = across * plane * 1.7 + 0.1 * Math.sin(turn), z = plane * 1.9 + 0.05 * Math.cos(turn);
  const bendX = fractalNoise(x * 0.9 + 0.13 * Math.cos(turn), z * 1.3 + 0.13 * Math.sin(turn), 4);
  const bendZ = fractalNoise(x * 0.9 + 9, z * 1.3 + 4, 3);
  const mass = fractalNoise(x + 0.7 * bendX + 43.1, z * 1.25 + 0.7 * bendZ, 8);
  return smoothstep(-0.16, 0.36, mass);
}
