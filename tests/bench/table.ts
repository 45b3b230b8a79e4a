/** The benchmark's figures as text. */
import { table } from "../../pipeline/terminal/table.ts";
import { type Detail, isMet, type Row, type Target } from "./part.ts";

/** A figure and the part that measured it. */
export interface PartRow extends Row {
  part: string;
}

/**
 * One line per figure: part, name, measured, target, met. Tiny settings (`quick`) are not expected to meet
 * targets.
 */
export function figuresText(rows: readonly PartRow[], quick: boolean): string {
  const lines = rows.map(({ part, what, measured, unit, target }) => [
    part,
    what,
    figure(measured, unit),
    target ? targetText(target, unit) : "-",
    verdict(measured, target, quick),
  ]);
  return table([["part", "figure", "measured", "target", "met"], ...lines], [2, 3]);
}

/** A table under its title; all columns but the first are right-aligned. */
export function detailText({ title, rows }: Detail): string {
  const right = (rows[0] ?? []).map((_, column) => column).slice(1);
  return `${title}\n${table(rows, right)}`;
}

function verdict(measured: number, target: Target | undefined, quick: boolean): string {
  if (!target) return "";
  if (quick) return "quick";
  return isMet(measured, target) ? "yes" : "NO";
}

function targetText(target: Target, unit: string): string {
  return "atMost" in target ? `<= ${figure(target.atMost, unit)}` : `>= ${figure(target.atLeast, unit)}`;
}

/** A number to three digits (all digits of a whole number, three decimals below 1), and its unit. */
export function figure(value: number, unit = ""): string {
  const size = Math.abs(value);
  const digits = size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3;
  return `${value.toFixed(digits)}${unit && ` ${unit}`}`;
}
