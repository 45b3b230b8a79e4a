import type { Flag } from "./flags.ts";

/** A command as shown by the help. */
export interface Command {
  name: string;
  /** The arguments after the name, as shown in the help. */
  usage: string;
  /** One line. */
  summary: string;
  groups: readonly FlagGroup[];
  /** Lines at the end of the help. */
  notes?: readonly string[];
}

/** A command that can be run. */
export interface RunnableCommand extends Command {
  /**
   * @param args what follows the command's name
   * @returns the exit status
   * @throws {ReverieError} for errors that the user can do something about
   */
  run(args: readonly string[], screen: CommandScreen): Promise<number>;
}

/** Where a command's text goes. */
export interface CommandScreen {
  /** Whether a line can be redrawn in place. */
  readonly terminal: boolean;
  /** Columns of the terminal. */
  readonly columns: number;
  /** Prints a line on standard output. */
  print(line: string): void;
  /** Prints a line on standard error. */
  warn(line: string): void;
  /**
   * Draws the live line below all others; an empty string clears it. Does nothing unless there is a terminal.
   */
  live(line: string): void;
}

/** Flags under a heading. */
export interface FlagGroup {
  title: string;
  flags: readonly Flag[];
}

/** Flags that every command has. */
export const help: Flag = { name: "help", description: "show this help (-h)" };
export const verbose: Flag = { name: "verbose", description: "show the stack of an error" };
/** Execution providers, for commands that run networks. */
export const provider: Flag = {
  name: "provider",
  placeholder: "LIST",
  description: "what runs the networks, in order of preference, of cuda, webgpu and cpu (default: auto)",
};
export const json: Flag = { name: "json", description: "print JSON instead of text" };

/** All flags of a command. */
export function flagsOf(command: Command): Flag[] {
  return command.groups.flatMap(({ flags }) => flags);
}
