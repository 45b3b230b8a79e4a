import type { Check } from "../doctor/check.ts";
import { table } from "./table.ts";

const marks = { ok: "ok", lack: "--", missing: "NO" } as const;

/** The checks as a table, with each piece of advice on its own line below its check. */
export function checksText(checks: readonly Check[]): string {
  const lines = table(checks.map(({ name, state, found }) => [marks[state], name, found])).split("\n");
  const indent = " ".repeat(4);
  return checks.flatMap(({ advice }, index) => [lines[index]!, ...(advice ? [`${indent}-> ${advice}`] : [])])
    .join("\n");
}
