/** How the user starts the program: the name of the compiled executable, or `deno task`. */
export const program = Deno.build.standalone ? "reverie" : "deno task";
