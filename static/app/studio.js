// @ts-check
/// <reference lib="dom" />

/**
 * The first place: choose a video and settings, try one frame, start; below, the earlier dreams. `#/again/ID`
 * starts from the video and the settings of an earlier dream.
 *
 * @import { Source } from "./source.js"
 * @import { SourcePanel } from "./source_panel.js"
 * @import { Request as Wish, Values } from "./types.ts"
 * @import { View } from "./view.ts"
 */
import { announce } from "./announce.js";
import { ApiError } from "./api.js";
import { sentence } from "./format.js";
import { createDropZone } from "./drop_zone.js";
import { element } from "./element.js";
import { createGallery } from "./gallery.js";
import { createHero } from "./hero.js";
import { createNetworkPanel } from "./network_panel.js";
import { createParameterForm } from "./parameters.js";
import { difference } from "./parameter_values.js";
import { createPresetPicker } from "./preset_picker.js";
import { dreamSource, fileSource, forget, objection, sampleSource } from "./source.js";
import { createSourcePanel } from "./source_panel.js";
import { createStartBar, PausedError } from "./start_bar.js";
import { createTryOne } from "./try_one.js";
import { upload } from "./upload.js";

/** Largest file sent whole, in bytes, for a single frame that the browser cannot extract. */
const wholePreviewBytes = 300e6;

/** @type {View} */
export const view = {
  mount(root, { api, navigate, settings, id }) {
    /** @type {Source | undefined} */
    let source;
    /** @type {SourcePanel | undefined} */
    let panel;

    const dropZone = createDropZone({
      sample: settings.sample,
      onFile: (file) => {
        const problem = objection(file, settings.limits.upload);
        if (startBar.busy()) return announce("An upload is running: cancel it first.");
        dropZone.showError(problem);
        if (problem === undefined) setSource(fileSource(file));
        else if (source) announce(problem);
      },
      onSample: () => setSource(sampleSource()),
    });
    const hero = createHero(dropZone.element);
    const place = element("div", { class: "source-place" });

    const form = createParameterForm({
      settings,
      values: settings.defaults,
      base: settings.defaults,
      onChange: () => tryOne.outdated(),
    });
    const networks = createNetworkPanel({
      api,
      settings,
      onArrival: async () => {
        const name = presets.value(), before = presetValues(name);
        Object.assign(settings, await api.getSettings());
        presets.refresh(settings);
        // Values set by hand stay; the others become the new network's preferred ones.
        const now = presetValues(name);
        form.refresh({ ...now, ...difference(form.values(), before) }, now);
        tryOne.outdated();
      },
    });
    const presets = createPresetPicker(settings, (preset) => {
      form.set(presetValues(preset), presetValues(preset));
      tryOne.outdated();
    }, networks.element);

    /** @param {string | undefined} name */
    const presetValues = (name) =>
      settings.presets.find((preset) => preset.name === name)?.settings ?? settings.defaults;

    /** The settings; undefined if a field is invalid, which is then focused. @returns {Wish | undefined} */
    const look = () => {
      if (!form.check()) return undefined;
      const preset = presets.value(), values = form.values(), base = presetValues(preset);
      // A cleared setting of the preset cannot be expressed beside the preset.
      const emptied = Object.keys(base).some((name) => !(name in values));
      return preset === undefined || emptied
        ? { given: difference(values, settings.defaults) }
        : { preset, given: difference(values, base) };
    };

    /** The settings and the part of the video, if they are valid. @returns {Wish | undefined} */
    const wish = () => {
      const chosen = look();
      // Without a preset, an earlier dream's settings are the base.
      if (chosen && source?.dream && chosen.preset === undefined) {
        return { given: difference(form.values(), /** @type {Values} */ (source.dream.parameters)) };
      }
      const part = panel?.part();
      return chosen && part && { ...chosen, ...part };
    };

    /**
     * Shows an error at the field that it names, and returns the line to show where the user is.
     *
     * @param {unknown} error
     */
    const explain = (error) => {
      const message = error instanceof Error ? error.message : String(error);
      const line = sentence(message);
      if (!(error instanceof ApiError) || error.field === undefined) return line;
      const shown = panel?.showError(error.field, line) || form.showError(error.field, line);
      if (!shown) return line;
      announce(line);
      return "One of the settings cannot be used: see there.";
    };

    const tryOne = createTryOne({
      wish: look,
      explain,
      frame: async () => {
        if (!source || !panel) throw new Error("Choose a video first.");
        const before = await panel.frame();
        if (source.dream) {
          return { dream: source.dream.id, at: panel.time(), ...(before && { before }) };
        }
        if (before) return { body: before, before };
        if (!source.file || source.file.size > wholePreviewBytes) {
          throw new Error(
            "This browser cannot take a frame out of this video. Start the dream with a short length.",
          );
        }
        return { body: source.file, at: panel.time() };
      },
    });

    const startBar = createStartBar({
      explain,
      start: async (hooks, signal) => {
        const wanted = wish();
        if (!wanted || !source) return;
        const dream = await begin(source, wanted, hooks, signal);
        if (!signal.aborted) navigate(`#/dream/${dream}`);
      },
    });

    /**
     * @param {Source} from
     * @param {Wish} wanted
     * @param {import("./upload.js").UploadHooks} hooks
     * @param {AbortSignal} signal
     */
    const begin = async (from, wanted, hooks, signal) => {
      if (from.file) return await upload(from.file, wanted, hooks, signal);
      if (from.dream) return (await api.dreamAgain(from.dream.id, wanted)).id;
      return (await api.dreamSample(wanted)).id;
    };

    const work = element(
      "div",
      { class: "work", hidden: true },
      element(
        "section",
        { class: "settings", "aria-labelledby": "settings-title" },
        element("h2", { id: "settings-title" }, "Settings"),
        form.element,
      ),
      element(
        "aside",
        { class: "work-side", "aria-label": "Try and start" },
        tryOne.element,
        startBar.element,
      ),
    );

    /** @param {Source | undefined} next */
    const setSource = (next) => {
      forget(source);
      source = next;
      tryOne.clear();
      hero.element.hidden = next !== undefined;
      work.hidden = next === undefined;
      panel = next && createSourcePanel(next, () => {
        setSource(undefined);
        if (id !== undefined) navigate("#/");
        document.getElementById("choose")?.focus();
      });
      place.replaceChildren(...(panel ? [panel.element] : []));
      if (!next) return;
      announce(`${next.name} is chosen`);
      scrollTo({ top: 0 });
      document.getElementById("source-name")?.focus({ preventScroll: true });
    };

    const gallery = createGallery({ api, settings });
    root.classList.add("studio");
    root.append(hero.element, place, presets.element, work, gallery.element);
    if (id !== undefined) resume(id);

    /** @param {string} earlier id of the dream whose video and settings are used again */
    async function resume(earlier) {
      try {
        const dream = await api.getDream(earlier);
        presets.set(dream.preset);
        setSource(dreamSource(dream));
        form.set(/** @type {Values} */ (dream.parameters), presetValues(dream.preset));
      } catch (error) {
        dropZone.showError(explain(error));
      }
    }

    return () => {
      startBar.leave(new PausedError("left"));
      dropZone.remove();
      gallery.remove();
      networks.remove();
      tryOne.clear();
      forget(source);
    };
  },
};
