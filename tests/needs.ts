/** Tests of what not every machine has: where it is missing they are ignored, and their names say why. */

/** What a test needs of the machine that it runs on. */
export interface Need {
  /** Why the machine does not have it, in a few words; undefined where it does. */
  readonly unmet: string | undefined;
}

/** Declares a test that is ignored, with the reason beside its name, where one of its needs is not met. */
export function testWith(
  needs: Need | readonly Need[],
  name: string,
  fn: (t: Deno.TestContext) => void | Promise<void>,
): void {
  const unmet = [needs].flat().flatMap(({ unmet }) => unmet ?? []);
  if (unmet.length === 0) Deno.test(name, fn);
  else Deno.test({ name: `${name} (${unmet.join("; ")})`, ignore: true, fn });
}

/** The need that something holds; `otherwise` says what it means where it does not. */
export function need(holds: boolean, otherwise: string): Need {
  return { unmet: holds ? undefined : otherwise };
}
