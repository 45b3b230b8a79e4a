import { Engine } from "../../../models/engine/engine.ts";
import { type Need, need } from "../../needs.ts";

/** Needs a machine on which CUDA works. */
export async function cudaRuns(): Promise<Need> {
  await using engine = await Engine.start({ providers: ["cuda", "cpu"] });
  return need(engine.provider === "cuda", `CUDA does not run here: ${engine.refused[0]?.reason}`);
}
