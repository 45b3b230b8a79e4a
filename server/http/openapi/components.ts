/** The reusable components of the OpenAPI document, generated from the zod schemas. */
import { z } from "zod";
import { settingList } from "../../../pipeline/settings/parameters.ts";
import type { OtherField } from "../../uploads/settings.ts";
import * as schemas from "./schemas.ts";
import type { Components, Parameter, Reference, Schema } from "./types.ts";

/** Schemas by name in the document. */
const named = {
  Dream: schemas.dream,
  Dreams: schemas.dreamList,
  Changed: schemas.changed,
  Error: schemas.failure,
  ErrorBody: schemas.errorBody,
  Health: schemas.health,
  Links: schemas.links,
  Networks: schemas.networks,
  Parameters: schemas.parameters,
  SomeParameters: schemas.someParameters,
  Progress: schemas.progress,
  Settings: schemas.settings,
  SourceFacts: schemas.sourceFacts,
  Upload: schemas.upload,
  Wish: schemas.wish,
};

/** Name of a schema in the document. */
export type SchemaName = keyof typeof named;

/** Returns a reference to a schema in the document. */
export function reference(name: SchemaName): Reference {
  return { $ref: `#/components/schemas/${name}` };
}

function jsonSchemas(): Record<string, Schema> {
  const registry = z.registry<{ id: string }>();
  for (const [id, schema] of Object.entries(named)) registry.add(schema, { id });
  const uri = (id: string) => `#/components/schemas/${id}`;
  const { schemas } = z.toJSONSchema(registry, { uri, io: "input" });
  // An OpenAPI 3.1 document states the dialect once and identifies schemas by location.
  const entries = Object.entries(schemas).map(([name, { $schema: _, $id: __, ...schema }]) => [name, schema]);
  return Object.fromEntries(entries);
}

const schemasByName = jsonSchemas();

/** All request fields of a dream by name, as JSON Schema. */
const wishes = schemasByName["Wish"]!.properties as Record<string, Schema>;

/** The components that the document's paths refer to. */
export const components: Components = {
  schemas: schemasByName,
  parameters: Object.fromEntries(
    Object.entries(wishes).map(([name, schema]) => [name, queryParameter(name, schema)]),
  ),
  securitySchemes: {
    bearer: { type: "http", scheme: "bearer", description: "the token of --token" },
    query: { type: "apiKey", in: "query", name: "token", description: "for media, events and sockets" },
  },
};

/** Describes a query parameter. Lists are comma-separated: `layers=mixed3,mixed4`. */
function queryParameter(name: string, schema: Schema): Parameter {
  const { description, ...rest } = schema;
  return {
    name,
    in: "query",
    style: "form",
    explode: false,
    ...(description !== undefined && { description }),
    // The library types parameters as in OpenAPI 3.0.
    schema: rest as NonNullable<Parameter["schema"]>,
  };
}

/** Returns references to the query parameters `names` and all settings. */
export function wishParameters(...names: OtherField[]) {
  const settings = settingList.map(({ name }) => name);
  return [...names, ...settings].map((name) => ({ $ref: `#/components/parameters/${name}` }));
}
