// @ts-check
/// <reference lib="dom" />

/** @type {import("./types.ts").View} */
export const view = { mount: () => () => {} };
