import { ascent } from "./ascent.ts";
import { passage } from "./passage.ts";
import { picture } from "./picture.ts";
import { subject } from "./subject.ts";

/**
 * Every setting of a dream, in the order of help and forms: the single source of names, ranges, defaults and
 * help. Flags, the API, its OpenAPI document and the page's form are generated from it.
 */
export const settings = { ...picture, ...subject, ...ascent, ...passage };
