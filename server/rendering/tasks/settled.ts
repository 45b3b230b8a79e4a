/**
 * Resolves settings in the renderer's Worker, where fetching and opening networks does not block the server.
 */
import type { Parameters } from "../../../pipeline/settings/parameters.ts";
import { settle, type Wish } from "../../../pipeline/settings/settle.ts";
import { clientLine } from "../../errors.ts";
import type { TaskTools } from "./task.ts";

/**
 * Resolves the network and all settings. Reports download progress, and a warning for each deviation from the
 * request.
 */
export async function settledParameters(
  wish: Wish,
  { signal, report }: Pick<TaskTools, "signal" | "report">,
): Promise<Parameters> {
  const onProgress = (done: number, total: number) => report({ kind: "download", done, total });
  const { parameters, notes } = await settle(wish, { signal, onProgress });
  for (const line of notes) report({ kind: "warning", line: clientLine(line) });
  return parameters;
}
