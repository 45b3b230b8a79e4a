// @ts-check
/// <reference lib="dom" />

import { element } from "../element.js";

/** @typedef {{ title: string, text: string, yes: string, no: string }} Question */

/**
 * Asks before something that cannot be undone. Resolves with the answer once the dialog is closed.
 *
 * @param {Question} question
 * @returns {Promise<boolean>}
 */
export function ask({ title, text, yes, no }) {
  const dialog = element(
    "dialog",
    { class: "question card", "aria-labelledby": "question-title", "aria-describedby": "question-text" },
    element(
      "form",
      { method: "dialog" },
      element("h2", { id: "question-title" }, title),
      element("p", { id: "question-text", class: "quiet" }, text),
      element(
        "div",
        { class: "button-row" },
        element("button", { class: "button", value: "no", autofocus: true }, no),
        element("button", { class: "button button-danger", value: "yes" }, yes),
      ),
    ),
  );
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "yes");
    });
  });
}
