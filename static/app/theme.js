// @ts-check
/// <reference lib="dom" />

/**
 * Dark or light: the system's choice until the user makes one, which is remembered. Loaded as a plain script
 * before the first paint, so that the page never flashes in the wrong theme.
 */
(() => {
  const key = "reverie-theme";
  const page = document.documentElement;
  const systemDark = matchMedia("(prefers-color-scheme: dark)");

  const dark = () => (page.dataset.theme ?? (systemDark.matches ? "dark" : "light")) === "dark";

  function remembered() {
    try {
      return localStorage.getItem(key);
    } catch {
      return null;
    }
  }

  /** @param {string} theme */
  function remember(theme) {
    try {
      localStorage.setItem(key, theme);
    } catch {
      // The choice then lasts for this visit.
    }
  }

  const theme = remembered();
  if (theme === "dark" || theme === "light") page.dataset.theme = theme;

  addEventListener("DOMContentLoaded", () => {
    const button = document.getElementById("theme");
    if (!button) return;
    const show = () => button.setAttribute("aria-pressed", String(dark()));
    button.addEventListener("click", () => {
      page.dataset.theme = dark() ? "light" : "dark";
      remember(page.dataset.theme);
      show();
    });
    systemDark.addEventListener("change", show);
    show();
  });
})();
