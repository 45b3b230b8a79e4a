import type { Operator } from "./operator.ts";

/** At inference, Dropout has no effect. */
export const dropout: Operator = {
  shape: (c) => [{ type: c.type(0), dims: c.dims(0) }, { type: "bool", dims: c.dims(0) }],
  /** Before operator set 12 the ratio was an attribute, and before 10 the mask had the type of the input. */
  upgrade: (c) => {
    if (c.opset >= 12) return c.keep();
    if (c.opset < 10 && c.isUsed(1)) c.refuse("its mask is used");
    const outputs = c.isUsed(1) ? c.node.outputs : c.node.outputs.slice(0, 1);
    c.change({ outputs }, ["ratio", "seed"]);
  },
  gradient: ({ grad }) => grad,
};
