import type { CommandScreen } from "../command_line/command.ts";
import { ReverieError } from "../../models/errors.ts";
import { isDiskFull, reasonOf } from "../../models/system_error.ts";

/** Where text goes: a terminal, a file or a pipe. */
export interface TextSink {
  /** Whether a line can be redrawn in place. */
  readonly terminal: boolean;
  /** Number of columns; read for each line, because windows change size. */
  columns(): number;
  write(text: string): void;
}

/**
 * A sink for standard output or standard error. A closed reader (`reverie … | head`) is not an error: later
 * output is dropped, and the work goes on.
 *
 * @throws {ReverieError} from `write`, once, if writing fails for another reason
 */
export function standardSink(stream: typeof Deno.stdout | typeof Deno.stderr): TextSink {
  const encoder = new TextEncoder();
  let open = true;
  return {
    terminal: stream.isTerminal() && Deno.env.get("TERM") !== "dumb",
    columns: () => consoleColumns() ?? 80,
    write(text) {
      let bytes = encoder.encode(text);
      try {
        while (open && bytes.length > 0) bytes = bytes.subarray(stream.writeSync(bytes));
      } catch (error) {
        open = false;
        if (error instanceof Deno.errors.BrokenPipe) return;
        throw new ReverieError(
          isDiskFull(error) ? "disk_full" : "internal",
          `cannot write what there is to say: ${reasonOf(error)}`,
          { cause: error },
        );
      }
    },
  };
}

function consoleColumns(): number | undefined {
  try {
    return Deno.consoleSize().columns || undefined;
  } catch {
    return undefined;
  }
}

const clearLine = "\r\x1b[2K";

/** Prints lines of text and, on a terminal, redraws one live line below them. */
export class Screen implements CommandScreen {
  readonly #out: TextSink;
  readonly #err: TextSink;
  #live = "";

  constructor(out: TextSink, err: TextSink) {
    this.#out = out;
    this.#err = err;
  }

  /** Whether a line can be redrawn in place. */
  get terminal(): boolean {
    return this.#out.terminal;
  }

  /** Columns of the terminal. */
  get columns(): number {
    return this.#out.columns();
  }

  /** Prints a line on standard output. */
  print(line: string): void {
    this.#around(() => this.#out.write(`${line}\n`));
  }

  /** Prints a line on standard error. */
  warn(line: string): void {
    this.#around(() => this.#err.write(`${line}\n`));
  }

  /** Draws the live line; an empty string clears it. Does nothing unless standard output is a terminal. */
  live(line: string): void {
    if (!this.#out.terminal) return;
    if (line !== "" || this.#live !== "") this.#out.write(clearLine + line);
    this.#live = line;
  }

  /** Writes above the live line, which is cleared meanwhile. */
  #around(write: () => void): void {
    const live = this.#live;
    this.live("");
    write();
    if (live !== "") this.live(live);
  }
}
