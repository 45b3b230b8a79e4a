// @ts-check
/// <reference lib="dom" />

import { announce } from "../announce.js";
import { element } from "../element.js";
import { createParameterForm } from "../parameters.js";
import { ended } from "./follow.js";
import { settingsLine } from "./words.js";

/** @import { Answer, ClientMessage, Dream, Settings, Values } from "../types.ts" */

/** Milliseconds over which slider moves are collected into one change. */
const gathering = 250;

/** @param {Dream | undefined} dream */
const invitation = (dream) =>
  `Changes hold from ${dream?.state === "queued" ? "its start" : "the next frame"} on.`;

/**
 * The settings that can change while the dream runs, and the changes so far.
 *
 * @param {Settings} settings
 * @param {(message: ClientMessage) => boolean} send
 */
export function createLiveControls(settings, send) {
  const names = settings.parameters.filter((parameter) => parameter.live).map(({ name }) => name);
  const status = element(
    "p",
    { class: "small quiet", id: "change-status", role: "status" },
    invitation(undefined),
  );
  const place = element("div");
  const changes = element("ol", { class: "changes small figures", id: "changes" });
  const pastTitle = element("h3", { class: "small" }, "Changes so far");
  const past = element("div", {}, pastTitle, changes);
  const title = element("h2", { class: "card-title", id: "controls-title" }, "While it dreams");
  const box = element(
    "section",
    { class: "card card-body dream-card", id: "controls", "aria-labelledby": "controls-title" },
    title,
    status,
    place,
    past,
  );
  /** @type {ReturnType<typeof createParameterForm> | undefined} */
  let form;
  /** @type {Values} */
  let gathered = {};
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  let count = 0;
  /** @type {Map<number, Values>} changes sent but not yet answered */
  const unanswered = new Map();
  let listed = "";
  /** @type {Dream | undefined} */
  let dream;

  /** @param {Values} values */
  function onChange(values) {
    Object.assign(gathered, values);
    clearTimeout(timer);
    timer = setTimeout(sendChange, gathering);
  }

  function sendChange() {
    const parameters = gathered;
    const id = ++count;
    if (Object.values(parameters).every((value) => value === undefined)) return;
    if (!send({ type: "change", id, parameters })) {
      status.textContent = "Not connected: the change is sent as soon as the connection is back.";
      return;
    }
    gathered = {};
    unanswered.set(id, parameters);
    status.textContent = "Sent; it holds from one of the next frames on.";
  }

  /** @param {Answer} answer */
  function answered(answer) {
    const parameters = unanswered.get(Number(answer.id));
    unanswered.delete(Number(answer.id));
    if (answer.type === "changed") {
      const from = answer.frame === null ? "from its start" : `from frame ${answer.frame + 1} on`;
      status.textContent = `${settingsLine(answer.parameters, settings)}: ${from}.`;
      return;
    }
    const { message, field = Object.keys(parameters ?? {})[0] } = answer.error;
    status.textContent = invitation(dream);
    if (field && names.some((name) => name === field)) form?.showError(field, message);
    else status.textContent = message;
    announce(message);
  }

  /** @param {Dream} news */
  function update(news) {
    if (status.textContent === invitation(dream)) status.textContent = invitation(news);
    // The network, and with it the look, may only be known once the dream starts.
    if (form && dream?.parameters.model !== news.parameters.model) {
      form.refresh(liveValues(news), baseOf(news));
    }
    dream = news;
    const over = ended(news);
    box.hidden = over && news.changes.length === 0;
    title.textContent = over
      ? "What was changed"
      : news.state === "queued"
      ? "Before it starts"
      : "While it dreams";
    place.hidden = status.hidden = pastTitle.hidden = over;
    if (!form && !over) {
      form = createParameterForm({ settings, values: news.parameters, base: baseOf(news), names, onChange });
      place.append(form.element);
    }
    list(news);
  }

  /** @param {Dream} news */
  function list(news) {
    const known = JSON.stringify(news.changes);
    past.hidden = news.changes.length === 0;
    if (known === listed) return;
    listed = known;
    changes.replaceChildren(...news.changes.map(({ frame, parameters }) =>
      element(
        "li",
        {},
        element("span", { class: "changes-frame" }, frame === null ? "next" : `frame ${frame + 1}`),
        element("span", {}, settingsLine(parameters, settings)),
      )
    ));
  }

  return {
    element: box,
    update,
    answered,
    /** Called when the connection is back: shows the server's values in the form and sends what waited. */
    connected() {
      unanswered.clear();
      // Input in progress is kept: someone may start typing even before the first connection.
      if (dream && Object.keys(gathered).length === 0) form?.refresh(liveValues(dream), baseOf(dream));
      else sendChange();
    },
    close: () => clearTimeout(timer),
  };

  /**
   * The settings that the dream started with.
   *
   * @param {Dream} news
   */
  function baseOf({ preset, given }) {
    const look = settings.presets.find(({ name }) => name === preset)?.settings ?? settings.defaults;
    return { ...look, ...given };
  }

  /** @param {Dream} news */
  function liveValues({ parameters }) {
    const { model } = parameters;
    return /** @type {Values} */ ({
      model,
      ...Object.fromEntries(names.map((name) => [name, parameters[name]])),
    });
  }
}
