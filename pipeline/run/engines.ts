/** Engines that share their Workers, re-exported for the server. */
export { EnginePool } from "../../models/engine/pool.ts";
