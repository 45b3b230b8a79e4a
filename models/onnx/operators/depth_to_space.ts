import type { GradientRule, Operators, ShapeRule } from "./operator.ts";

const depthToSpace: ShapeRule = (c) => {
  const { type, dims: [batch, channels, height, width] } = c.info(0);
  const block = c.int("blocksize", 1);
  if (channels! % block ** 2 !== 0) {
    throw new Error(`${channels} channels do not make blocks of ${block}x${block}`);
  }
  return [{ type, dims: [batch!, channels! / block ** 2, height! * block, width! * block] }];
};

const spaceToDepth: ShapeRule = (c) => {
  const { type, dims: [batch, channels, height, width] } = c.info(0);
  const block = c.int("blocksize", 1);
  if (height! % block !== 0 || width! % block !== 0) {
    throw new Error(`${height}x${width} cannot be divided into blocks of ${block}x${block}`);
  }
  return [{ type, dims: [batch!, channels! * block ** 2, height! / block, width! / block] }];
};

const depthGradient: GradientRule = (c) => {
  const { grad, x } = c;
  const blocksize = c.int("blocksize", 1);
  if (c.string("mode", "DCR") === "DCR") return grad.op("SpaceToDepth", [], { blocksize });
  const [batch, channels, height, width] = x.dims as [number, number, number, number];
  const blocks = grad.reshape([batch, channels / blocksize ** 2, height, blocksize, width, blocksize]);
  return blocks.transpose([0, 1, 3, 5, 2, 4]).reshape(x.dims);
};

/** Blocks of pixels as channels and back; each is the other's adjoint. */
export const blockMoves: Operators = {
  DepthToSpace: { shape: depthToSpace, gradient: depthGradient },
  SpaceToDepth: {
    shape: spaceToDepth,
    gradient: (c) => c.grad.op("DepthToSpace", [], { blocksize: c.int("blocksize", 1), mode: "DCR" }),
  },
};
