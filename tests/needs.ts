/**
 * Tests with needs that not every machine meets: if one is unmet the test is ignored, and its name says why.
 */

/** A requirement of a test on the machine. */
export interface Need {
  /** Why the machine does not meet it, in a few words; undefined if it does. */
  readonly unmet: string | undefined;
}

/** Declares a test that is ignored, with the reason in its name, if one of its needs is unmet. */
export function testWith(
  needs: Need | readonly Need[],
  name: string,
  fn: (t: Deno.TestContext) => void | Promise<void>,
): void {
  const unmet = [needs].flat().flatMap(({ unmet }) => unmet ?? []);
  if (unmet.length === 0) Deno.test(name, fn);
  else Deno.test({ name: `${name} (${unmet.join("; ")})`, ignore: true, fn });
}

/** A need that is met if `holds`; `otherwise` is the reason shown if it does not. */
export function need(holds: boolean, otherwise: string): Need {
  return { unmet: holds ? undefined : otherwise };
}
