import { z } from "zod";
import { networkNames } from "./network_names.ts";
import { group, same, setting } from "./setting.ts";

/** What is carried from frame to frame, and how flow is computed. */
export const passage = group("From frame to frame", {
  blend: setting(z.number().min(0).max(1).default(0.2), {
    label: "Fresh frame in the blend",
    help: "share of the fresh frame against the carried dream: 0 keeps all of the dream, 1 forgets it",
    common: 3,
    live: true,
    aliases: { blend: same },
  }),

  carry: setting(z.enum(["residual", "picture"]).default("residual"), {
    help: "what flows along: the dream's difference from its frame, or the dreamed picture",
  }),

  independent: setting(z.boolean().default(false), {
    label: "Every frame on its own",
    help: "dream every frame on its own (flickers)",
    lookup: "flow",
    aliases: { independent: same },
  }),

  flow: setting(z.enum(["auto", "raft", "dis"]).default("auto"), {
    help:
      "optical flow: raft, for large motion, needs weights; dis needs none; auto takes raft where it costs little",
    lookup: "flow",
  }),

  flowModel: setting(z.string().min(1).optional(), {
    help: "weights of raft: raft-small, raft-large or a file, .pth or .safetensors (default: those here)",
    remote: {
      names: networkNames("flow"),
      help: `weights of raft: ${networkNames("flow").join(" or ")} (default: those that the server has)`,
    },
    lookup: "flow",
  }),

  flowUpdates: setting(z.int().min(1).max(32).default(12), {
    help: "how often raft refines the flow, at most",
  }),

  flowSize: setting(z.int().min(32).max(2048).default(256), {
    unit: "pixels",
    help: "longest side at which flow is computed",
    slider: { low: 64, high: 512, step: 32 },
    lookup: "flow",
  }),

  sceneCut: setting(z.number().min(0).max(1).default(0.25), {
    help: "share of visible pixels below which a frame counts as a new scene; 0 never",
    live: true,
  }),
});
