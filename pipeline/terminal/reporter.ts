import type { Line } from "../../models/line.ts";
import type { DoneEvent, DreamEvent, FrameEvent, StartEvent, StepEvent } from "../run/events.ts";
import { barLine, frameDetails } from "./bar.ts";
import type { CommandScreen } from "../command_line/command.ts";
import { terminalLine } from "../command_line/spelling.ts";
import { formatBytes } from "../settings/units.ts";

/** Shows the events of a dream. */
export interface Reporter {
  event(event: DreamEvent): void;
  /** Shows a gradient step. */
  step(step: StepEvent): void;
  /** Shows what was found out about a dream: its layers' channels, or the classes that the network sees. */
  inspection(what: "channels" | "classes", found: readonly string[]): void;
  /** Shows a download's progress, in bytes. */
  download(received: number, total: number): void;
  /** Shows a line for the user that is not an error. */
  warning(line: Line): void;
  /** Ends the live line, before an error or a result is printed. */
  close(): void;
}

/** Options of {@link textReporter}. */
export interface TextReporterOptions {
  /** Seconds between two plain lines. Default: 2. */
  interval?: number;
  /** A clock in milliseconds. */
  now?: () => number;
}

const secondsBetweenDrawings = 0.1;

/**
 * A reporter for people: on a terminal, one line redrawn in place; otherwise, a plain line every few seconds.
 */
export function textReporter(screen: CommandScreen, options: TextReporterOptions = {}): Reporter {
  const { interval = 2, now = () => performance.now() } = options;
  const between = screen.terminal ? secondsBetweenDrawings : interval;
  let total: number | undefined;
  let last = -Infinity;
  let held: (() => void) | undefined;

  /** Shows the line now if the last one is old enough, otherwise keeps it for {@link flush}. */
  function show(line: () => string, atOnce = false): void {
    held = () => screen.terminal ? screen.live(line()) : screen.print(line());
    if (!atOnce && now() - last < between * 1000) return;
    flush();
  }

  function flush(): void {
    held?.();
    held = undefined;
    last = now();
  }

  function frame(event: FrameEvent): void {
    const done = event.index + 1;
    const details = frameDetails(event);
    show(() =>
      screen.terminal
        ? barLine({ done, total, details }, screen.columns)
        : `frame ${done}${total === undefined ? "" : ` of ${total}`}, ${details.join(", ")}`
    );
  }

  return {
    event(event) {
      switch (event.event) {
        case "start":
          held = undefined;
          total = event.frames;
          screen.live("");
          screen.print(startLine(event));
          last = -Infinity;
          break;
        case "frame":
          frame(event);
          break;
        case "done":
          if (!screen.terminal) flush();
          screen.live("");
          screen.print(doneLine(event));
          break;
      }
    },
    step: (step) => screen.print(stepLine(step)),
    inspection: (what, found) => screen.print(`${what}: ${found.join(what === "channels" ? "; " : ", ")}`),
    download(received, size) {
      const count = `${formatBytes(received)} of ${formatBytes(size)}`;
      const details = ["fetching the network"];
      show(
        () =>
          screen.terminal
            ? barLine({ done: received, total: size, details, count }, screen.columns)
            : `fetching the network: ${count}`,
        received >= size,
      );
    },
    warning: (line) => screen.warn(`reverie: ${terminalLine(line)}`),
    close() {
      if (!screen.terminal) flush();
      held = undefined;
      screen.live("");
    },
  };
}

/**
 * `clip.mp4, 640x480, 300 frames: dreamed at 512x384 on cpu by googlenet (inception_4c/output); flow: dis`,
 * followed by the reason for the flow estimator, if any.
 */
export function startLine(event: StartEvent): string {
  const frames = event.frames === undefined ? "" : `, ${event.frames} ${plural("frame", event.frames)}`;
  const layers = event.layers.join(", ");
  const size = `${event.workingWidth}x${event.workingHeight}`;
  const flow = event.flow === "none" ? "" : `; flow: ${event.flow}`;
  const reason = event.flowReason === undefined ? "" : ` (${terminalLine(event.flowReason)})`;
  return `${event.input}, ${event.width}x${event.height}${frames}: dreamed at ${size} on ${event.provider} ` +
    `by ${event.network} (${layers})${flow}${reason}`;
}

/** `frame 1, pass 2, octave 1 of 3, step 5 of 10: loss 0.0123`. */
export function stepLine({ frame, pass, octave, octaves, step, steps, loss }: StepEvent): string {
  return `frame ${frame + 1}, pass ${pass}, octave ${octave} of ${octaves}, step ${step} of ${steps}: loss ${
    loss.toPrecision(4)
  }`;
}

/** `out.mp4: 300 frames in 250.3 s (1.20 fps)`. */
export function doneLine({ output, frames, seconds }: DoneEvent): string {
  const fps = seconds > 0 ? ` (${(frames / seconds).toFixed(2)} fps)` : "";
  return `${output}: ${frames} ${plural("frame", frames)} in ${seconds.toFixed(1)} s${fps}`;
}

function plural(word: string, count: number): string {
  return count === 1 ? word : `${word}s`;
}

/** A reporter for programs: each event as one line of JSON. Unknown values are null. */
export function jsonReporter(screen: CommandScreen): Reporter {
  return {
    event: (event) => screen.print(jsonLine("flowReason" in event ? spelledStart(event) : event)),
    step: (step) => screen.print(jsonLine(step)),
    inspection: (what, found) => screen.print(jsonLine({ event: what, [what]: found })),
    download() {},
    warning: (line) => screen.warn(`reverie: ${terminalLine(line)}`),
    close() {},
  };
}

function spelledStart({ flowReason = "", ...event }: StartEvent): StartEvent {
  return { ...event, flowReason: terminalLine(flowReason) };
}

/** A value as one line of JSON; undefined properties become null, so that every line has the same keys. */
export function jsonLine(value: unknown): string {
  return JSON.stringify(value, (_key, inner) => inner === undefined ? null : inner);
}
