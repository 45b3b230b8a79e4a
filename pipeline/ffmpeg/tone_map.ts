import type { Features } from "./features.ts";
import type { SourceInfo } from "./source_info.ts";

/** Reference white of HDR in candela per square metre (ITU-R BT.2408); it becomes paper white. */
const referenceWhite = 203;
/** The brightest light that is still distinguished, in units of reference white. */
const peak = 1000 / referenceWhite;
/** Below this fraction of reference white nothing is compressed. */
const linearPart = 0.3;

/**
 * Filters that convert high dynamic range or wide-gamut pictures to 8-bit BT.709 RGB; none for other sources.
 * With the zimg filters, light is compressed in linear light; without them, by a table per channel.
 */
export function toneMapping(source: SourceInfo, features: Features): string[] {
  const wide = source.colour.primaries === "bt2020";
  const zimg = features.filters.has("zscale");
  if (source.hdr && zimg && features.filters.has("tonemap")) return inLinearLight(source);
  if (source.hdr) return byTable(source);
  if (wide && zimg) return [`zscale=${stored(source, "709")}:t=709:p=709:m=gbr:r=pc`, "format=gbrp"];
  return wide ? ["format=gbrp", gamut] : [];
}

function inLinearLight(source: SourceInfo): string[] {
  const transfer = source.hdr === "pq" ? "smpte2084" : "arib-std-b67";
  return [
    `zscale=${stored(source, transfer)}:t=linear:p=709:m=gbr:npl=${referenceWhite}`,
    "format=gbrpf32le",
    `tonemap=mobius:param=${linearPart}:desat=0`,
    "zscale=tin=linear:pin=709:min=gbr:t=709:p=709:m=gbr:r=pc",
    "format=gbrp",
  ];
}

/** zscale's input options, with defaults for what the file does not state: zscale needs all of them. */
function stored({ colour, pixelFormat }: SourceInfo, transfer: string): string {
  const rgb = /^(gbr|rgb|bgr)/.test(pixelFormat);
  const matrix = rgb
    ? "gbr"
    : colour.matrix === "bt2020c"
    ? "2020_cl"
    : colour.matrix === "bt709"
    ? "709"
    : "2020_ncl";
  const primaries = colour.primaries === "bt709" ? "709" : "2020";
  return `tin=${transfer}:pin=${primaries}:min=${matrix}:rin=${colour.range ?? (rgb ? "pc" : "tv")}`;
}

/**
 * The matrix from BT.2020 to BT.709. It is meant for linear light but applied to gamma-encoded values here:
 * close enough for a fallback.
 */
const gamut = "colorchannelmixer=" +
  "rr=1.66:rg=-0.588:rb=-0.073:gr=-0.125:gg=1.133:gb=-0.008:br=-0.018:bg=-0.1:bb=1.119";

function byTable(source: SourceInfo): string[] {
  // The filter also evaluates values above the maximum.
  const signal = "min(1\\,val/maxval)";
  const light = source.hdr === "pq" ? pqLight(signal) : hlgLight(signal);
  const curve = `maxval*pow(min(1\\,${mobius(light)})\\,1/2.2)`;
  return ["format=gbrp10le", `lutrgb=r='${curve}':g='${curve}':b='${curve}'`, "format=gbrp", gamut];
}

/** SMPTE ST 2084: from signal to light, in units of reference white. */
function pqLight(signal: string): string {
  const root = `pow(${signal}\\,${1 / 78.84375})`;
  const ratio = `max(${root}-0.8359375\\,0)/(18.8515625-18.6875*${root})`;
  return `${10000 / referenceWhite}*pow(${ratio}\\,${1 / 0.1593017578125})`;
}

/** ARIB STD-B67: from signal to scene light, scaled so that 75 % is reference white. */
function hlgLight(signal: string): string {
  const low = `pow(${signal}\\,2)/3`;
  const high = `(exp((${signal}-0.55991073)/0.17883277)+0.28466892)/12`;
  return `pow(if(lte(${signal}\\,0.5)\\,${low}\\,${high})/0.265\\,1.2)`;
}

/**
 * The tonemap filter's `mobius` curve: linear up to {@link linearPart}, then bending towards 1 at the peak.
 */
function mobius(light: string): string {
  const j = linearPart;
  const a = -j * j * (peak - 1) / (j * j - 2 * j + peak);
  const b = (j * j - 2 * j * peak + peak) / (peak - 1);
  const scale = (b * b + 2 * b * j + j * j) / (b - a);
  // The register holds the light, whose expression would otherwise be repeated three times.
  return `if(lte(st(0\\,${light})\\,${j})\\,ld(0)\\,${scale}*(ld(0)+${a})/(ld(0)+${b}))`;
}
