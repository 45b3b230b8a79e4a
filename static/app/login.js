// @ts-check
/// <reference lib="dom" />

/**
 * Shows why the token was refused, and passes on the page to return to. The form also works without this
 * script.
 */

const query = new URLSearchParams(location.search);
const form = /** @type {HTMLFormElement} */ (document.getElementById("login"));
const token = /** @type {HTMLInputElement} */ (document.getElementById("token"));
const error = /** @type {HTMLElement} */ (document.getElementById("login-error"));

/** @type {Record<string, string>} */
const reasons = {
  wrong: "That is not this server’s token.",
  wait: "Too many wrong tokens. Wait a little, then try again.",
};

const reason = query.get("error");
if (reason !== null) {
  error.textContent = reasons[reason] ?? "That did not work. Try again.";
  token.setAttribute("aria-invalid", "true");
  token.setAttribute("aria-describedby", "login-error");
}

// The server redirects here without dropping the part after `#`, which names the page that was requested.
const next = query.get("next") ?? (location.hash === "" ? null : `/${location.hash}`);
if (next !== null) {
  const field = document.createElement("input");
  field.type = "hidden";
  field.name = "next";
  field.value = next;
  form.append(field);
}
