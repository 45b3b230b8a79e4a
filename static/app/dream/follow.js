// @ts-check

/**
 * Applies news to a dream.
 *
 * @import { Dream, News, ParameterChange } from "../types.ts"
 */

/** States after which nothing changes. */
const ends = new Set(["done", "failed", "cancelled"]);

/** @param {Dream} dream */
export function ended(dream) {
  return ends.has(dream.state);
}

/**
 * The dream after a piece of news; the given dream is not modified.
 *
 * @param {Dream} dream
 * @param {News} news
 * @returns {Dream}
 */
export function follow(dream, news) {
  switch (news.type) {
    case "state":
    case "done":
    case "error":
      return news.dream;
    case "frame": {
      const { type: _type, index: _index, pts: _pts, ...progress } = news;
      return { ...dream, progress: { ...dream.progress, ...progress } };
    }
    case "change":
      return {
        ...dream,
        parameters: { ...dream.parameters, .../** @type {object} */ (news.parameters) },
        changes: withChange(dream.changes, news),
      };
    case "hls":
      return { ...dream, links: { ...dream.links, hls: news.url } };
    default:
      return dream;
  }
}

/**
 * @param {ParameterChange[]} changes
 * @param {{ frame: number, parameters: ParameterChange["parameters"] }} change
 */
function withChange(changes, { frame, parameters }) {
  const same = JSON.stringify(parameters);
  if (changes.some((one) => one.frame === frame && JSON.stringify(one.parameters) === same)) return changes;
  const others = changes.filter((one) => one.frame !== null || JSON.stringify(one.parameters) !== same);
  return [...others, { frame, at: new Date().toISOString(), parameters }];
}
