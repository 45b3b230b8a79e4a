/**
 * An axis counted from the front.
 *
 * @throws {RangeError} if it is outside [-rank, rank).
 */
export function normalizeAxis(axis: number, rank: number): number {
  if (!Number.isInteger(axis) || axis < -rank || axis >= rank) {
    throw new RangeError(`axis ${axis} is outside a shape of ${rank} dimensions`);
  }
  return axis < 0 ? axis + rank : axis;
}

/**
 * Axes counted from the front.
 *
 * @throws {RangeError} if one is outside [-rank, rank) or listed twice.
 */
export function normalizeAxes(axes: readonly number[], rank: number): number[] {
  const normal = axes.map((axis) => normalizeAxis(axis, rank));
  if (new Set(normal).size !== normal.length) throw new RangeError(`the axes [${axes}] repeat one`);
  return normal;
}

/**
 * ONNX's multidirectional broadcasting: shapes are aligned at their last axis.
 *
 * @throws {RangeError} if the shapes do not match.
 */
export function broadcastShapes(...shapes: readonly (readonly number[])[]): number[] {
  const rank = Math.max(0, ...shapes.map((dims) => dims.length));
  return Array.from({ length: rank }, (_, axis) => {
    let size = 1;
    for (const dims of shapes) {
      const other = dims[axis - rank + dims.length] ?? 1;
      if (other === 1 || other === size) continue;
      if (size !== 1) throw new RangeError(`${listed(shapes)} do not broadcast`);
      size = other;
    }
    return size;
  });
}

/** Shapes as an error message shows them. */
export function listed(shapes: readonly (readonly number[])[]): string {
  return shapes.map((dims) => `[${dims.join(", ")}]`).join(" and ");
}
