/** Types of OpenAPI 3.1, as defined by the library that writes the document. */
import type { generateSpecs } from "hono-openapi";

type Document = Awaited<ReturnType<typeof generateSpecs>>;

export type Components = NonNullable<Document["components"]>;
type Defined<Name extends keyof Components> = NonNullable<Components[Name]>[string];

export type Reference = Extract<Defined<"parameters">, { $ref: string }>;
export type Schema = Defined<"schemas">;
export type Parameter = Exclude<Defined<"parameters">, { $ref: string }>;
export type Reply = Exclude<Defined<"responses">, { $ref: string }>;
export type Content = NonNullable<Reply["content"]>;
