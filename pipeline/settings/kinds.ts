/**
 * Kinds of settings: how to read a value from text, and how to describe what is allowed. A new kind is one
 * entry here.
 */
import { parseNumber } from "./parse_number.ts";

/** The values that a setting allows, derived from its schema. */
export interface Limits {
  /** The values of a `choice`. */
  choices?: readonly string[] | undefined;
  /** Limits of a number; `above` is exclusive. */
  minimum?: number | undefined;
  above?: number | undefined;
  maximum?: number | undefined;
}

/** How values of a kind are read and described. */
interface Kind {
  /** Placeholder for the value in the command line's help. */
  placeholder: (limits: Limits) => string;
  /** What is allowed: the end of a sentence that begins with "must be". */
  allowed: (limits: Limits) => string;
  /**
   * Reads a value from text. Parts that cannot be read stay text, which the setting's schema then refuses.
   */
  read: (text: string) => unknown;
}

/** All kinds by name. */
export const kinds = {
  boolean: {
    placeholder: () => "",
    allowed: () => "true or false",
    // `?independent` in a URL and a checked checkbox in a form both mean true.
    read: (text) => ["true", "", "on"].includes(text) || (text === "false" ? false : text),
  },
  integer: {
    placeholder: () => "N",
    allowed: (limits) => `a whole number${range(limits)}`,
    read: number,
  },
  number: {
    placeholder: () => "X",
    allowed: (limits) => `a number${range(limits)}`,
    read: number,
  },
  choice: {
    placeholder: ({ choices = [] }) => choices.join("|"),
    allowed: ({ choices = [] }) => choices.join(", ").replace(/, ([^,]*)$/, " or $1"),
    read: (text) => text,
  },
  text: {
    placeholder: () => "NAME",
    allowed: () => "a name that is not empty",
    read: (text) => text,
  },
  texts: {
    placeholder: () => "NAME,…",
    allowed: () => "one or more names, separated by commas",
    read: list,
  },
  integers: {
    placeholder: () => "N,…",
    allowed: () => "one or more whole numbers from 0, separated by commas",
    read: (text) => list(text).map(number),
  },
  numbers: {
    placeholder: () => "X,…",
    allowed: () => "one or more numbers, separated by commas",
    read: (text) => list(text).map(number),
  },
  perChannel: {
    placeholder: () => "X or X,X,X",
    allowed: () => "one number, or three separated by commas",
    read: (text) => text.includes(",") ? list(text).map(number) : number(text),
  },
} as const satisfies Record<string, Kind>;

/** Name of a kind. */
export type KindName = keyof typeof kinds;

/** Numbers within limits, in words: ` from 1 to 12`, ` above 0, up to 4`. */
function range({ minimum, above, maximum }: Limits): string {
  const low = minimum !== undefined ? ` from ${minimum}` : above !== undefined ? ` above ${above}` : "";
  if (maximum === undefined) return low;
  return `${low}${above !== undefined ? "," : ""} ${above !== undefined ? "up " : ""}to ${maximum}`;
}

function number(text: string): number | string {
  return parseNumber(text) ?? text;
}

function list(text: string): string[] {
  return text.split(",").map((part) => part.trim()).filter((part) => part !== "");
}
