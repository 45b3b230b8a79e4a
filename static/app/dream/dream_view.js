// @ts-check
/// <reference lib="dom" />

import { announce } from "../announce.js";
import { ApiError, getDream, socketAddress } from "../api.js";
import { element } from "../element.js";
import { LiveConnection } from "../live_connection.js";
import { createActions } from "./actions.js";
import { createCurves } from "./curves.js";
import { ended, follow } from "./follow.js";
import { createHeading } from "./heading.js";
import { History } from "./history.js";
import { createLiveControls } from "./live_controls.js";
import { LiveFeed } from "./live_feed.js";
import { createProgress } from "./progress.js";
import { createSees } from "./sees.js";
import { createStage } from "./stage.js";
import "./stage_style.js";
import { createSummary } from "./summary.js";

/** @import { Answer, ClientMessage, Dream, News } from "../types.ts" */
/** @import { View, ViewContext } from "../view.ts" */

/**
 * One dream: watched live while it is made, played when it is done.
 *
 * @type {View}
 */
export const view = {
  mount(root, context) {
    const room = createRoom(context, /** @type {string} */ (context.id));
    root.append(room.element);
    return room.close;
  },
};

/**
 * @param {ViewContext} context
 * @param {string} id
 */
function createRoom({ navigate, settings }, id) {
  const leaving = new AbortController();
  const feed = new LiveFeed();
  const history = new History(id);
  const heading = createHeading(settings.networks);
  const stage = createStage(id, feed);
  const progress = createProgress();
  const curves = createCurves(history);
  const sees = createSees(id, feed);
  const controls = createLiveControls(settings, (message) => connection?.send(message) ?? false);
  const summary = createSummary(settings);
  const actions = createActions(id, { navigate, onDream: show, onLeave: () => connection?.close() });
  const box = element(
    "article",
    { class: "dream", id: "dream", "aria-labelledby": "dream-title" },
    heading.element,
    element(
      "div",
      { class: "dream-main" },
      ...[stage, progress, actions, curves, sees].map((part) => part.element),
    ),
    element("div", { class: "dream-side" }, controls.element, summary.element),
  );
  /** @type {Dream | undefined} */
  let dream;
  /** Index of the frame whose picture follows. */
  let coming = 0;
  /** @type {LiveConnection | undefined} */
  let connection;

  begin();

  async function begin() {
    try {
      show(await getDream(id, leaving.signal));
    } catch (error) {
      if (leaving.signal.aborted) return;
      if (error instanceof ApiError && error.status !== 0) return gone(error);
    }
    if (!dream || !ended(dream)) connect();
  }

  function connect() {
    connection = new LiveConnection(socketAddress(`/api/dreams/${id}/live`), {
      onMessage: hear,
      onPicture: (blob) => feed.add({ index: coming, blob }),
      onState: heading.connection,
      worthwhile,
    });
  }

  /** After a refused connection: whether the dream still exists, and its present state. */
  async function worthwhile() {
    try {
      show(await getDream(id, leaving.signal));
      return dream !== undefined && !ended(dream);
    } catch (error) {
      const final = error instanceof ApiError && error.status >= 400 && error.status < 500;
      if (final && !leaving.signal.aborted) gone(error);
      return !final && !leaving.signal.aborted;
    }
  }

  /** @param {News | Answer} news */
  function hear(news) {
    if (news.type === "changed" || news.type === "refused") return controls.answered(news);
    if (news.type === "download" || news.type === "warning") return heading.news(news);
    if (news.type === "frame") {
      coming = news.index;
      history.add(news);
    }
    if (news.type === "hls" && !dream?.links.hls) announce("The dream can be watched from its start now.");
    if (!dream && !("dream" in news)) return;
    const joined = news.type === "state";
    show(follow(/** @type {Dream} */ (dream), news));
    if (joined) controls.connected();
  }

  /** @param {Dream} news */
  function show(news) {
    const before = dream;
    dream = news;
    box.dataset.state = news.state;
    if (!leaving.signal.aborted) document.title = `${titleWords(news)} · Reverie`;
    for (const part of [heading, stage, progress, actions, sees, controls, summary]) part.update(news);
    curves.update(news.changes);
    if (!ended(news)) return;
    connection?.close();
    history.write();
    if (before && !ended(before)) announce(endWords(news));
  }

  /** @param {ApiError} error */
  function gone(error) {
    connection?.close();
    const missing = error.status === 404;
    const title = missing ? "This dream is gone" : "This dream cannot be shown";
    const text = missing ? "It was deleted, or its address is wrong." : error.message;
    box.replaceChildren(
      element(
        "div",
        { class: "page-failure" },
        element("h1", { id: "dream-title" }, title),
        element("p", { class: "quiet" }, text),
        element("p", {}, element("a", { class: "button button-primary", href: "#/" }, "To the start")),
      ),
    );
    announce(title);
  }

  return {
    element: box,
    close() {
      leaving.abort();
      connection?.close();
      history.write();
      for (const part of [stage, sees, controls]) part.close();
    },
  };
}

/**
 * Words for the title of the browser's tab.
 *
 * @param {Dream} dream
 */
function titleWords({ name, state, progress: { frames, total } }) {
  if (state !== "running" || !total || frames === 0) return name;
  return `${Math.min(100, Math.floor(100 * frames / total))} % · ${name}`;
}

/** @param {Dream} dream */
function endWords({ state, error }) {
  if (state === "done") return "The dream is done.";
  return state === "cancelled"
    ? "The dream was cancelled."
    : `The dream failed: ${error?.message ?? "no reason is known"}`;
}
