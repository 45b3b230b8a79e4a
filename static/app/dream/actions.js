// @ts-check
/// <reference lib="dom" />

import { announce } from "../announce.js";
import { cancelDream, deleteDream, dreamAgain } from "../api.js";
import { element } from "../element.js";
import { size } from "../format.js";
import { ended } from "./follow.js";
import { ask } from "./question.js";

/** @import { Dream } from "../types.ts" */
/** @import { Question } from "./question.js" */

/**
 * The actions on a dream: download, dream again, cancel, delete.
 *
 * @param {string} id
 * @param {{ navigate: (hash: string) => void, onDream: (dream: Dream) => void, onLeave: () => void }} hooks
 */
export function createActions(id, { navigate, onDream, onLeave }) {
  const download = element(
    "a",
    { class: "button button-primary", id: "download", download: true },
    "Download",
  );
  const again = button("again", "Dream again", "button", async () => {
    const { id: next } = await dreamAgain(id);
    navigate(`#/dream/${next}`);
  });
  again.title = "A new dream of the same video with these settings";
  const cancel = button(
    "cancel",
    "Cancel",
    "button",
    async () => onDream(await cancelDream(id)),
    cancelWords,
  );
  const remove = button("delete", "Delete", "button button-danger", async () => {
    onLeave();
    await deleteDream(id);
    navigate("#/");
    announce("The dream is deleted.");
  }, deleteWords);
  const problem = element("p", { class: "error-line", id: "action-error", role: "alert", hidden: true });
  const box = element(
    "div",
    { class: "dream-actions" },
    element("div", { class: "button-row" }, download, again, cancel, remove),
    problem,
  );

  /**
   * @param {string} name
   * @param {string} text
   * @param {string} style
   * @param {() => Promise<void>} act
   * @param {Question} [question] must be answered with yes first
   */
  function button(name, text, style, act, question) {
    const made = element("button", { class: style, type: "button", id: name }, text);
    made.addEventListener("click", async () => {
      if (made.getAttribute("aria-disabled") === "true") return;
      // The button stays enabled meanwhile: a question that was just closed may be opened again at once.
      if (question && !await ask(question)) return;
      problem.hidden = true;
      // Not `disabled`, which would lose the focus for good.
      made.setAttribute("aria-disabled", "true");
      try {
        await act();
      } catch (error) {
        problem.textContent = error instanceof Error ? error.message : String(error);
        problem.hidden = false;
      } finally {
        made.removeAttribute("aria-disabled");
      }
    });
    return made;
  }

  /** @param {Dream} dream */
  function update(dream) {
    const over = ended(dream);
    download.hidden = !dream.links.video;
    if (dream.links.video) {
      download.href = dream.links.video;
      download.download = `${dream.name.replace(/\.[^.]*$/, "")}-dream.mp4`;
      download.textContent = dream.bytes === undefined ? "Download" : `Download, ${size(dream.bytes)}`;
    }
    const focused = cancel === document.activeElement;
    cancel.hidden = over;
    again.hidden = !over;
    remove.hidden = !over;
    if (focused && over) again.focus();
  }

  return { element: box, update };
}

const cancelWords = {
  title: "Stop this dream?",
  text: "What has been dreamed so far can still be watched. It cannot be continued.",
  yes: "Stop it",
  no: "Go on dreaming",
};

const deleteWords = {
  title: "Delete this dream?",
  text: "The dreamed video and the uploaded source are removed from the server for good.",
  yes: "Delete",
  no: "Keep",
};
