/** Types of the server's data, for the page's modules; no browser loads this file. */
export type { DreamView as Dream, ParameterChange, Progress } from "../../server/dreams/dream.ts";
export type { Answer, ClientMessage, FrameNews, News } from "../../server/live/news.ts";
export type { Parameters } from "../../pipeline/settings/parameters.ts";
import type { ParameterName, SomeParameters } from "../../pipeline/settings/parameters.ts";
import type { SettingView } from "../../server/http/setting_view.ts";
import type { Limits } from "../../server/options.ts";

/** One setting, as the form needs to know it. */
export interface Parameter extends SettingView {
  name: ParameterName;
}

/** Settings by name, as a form holds them. */
export type Values = SomeParameters;

/** A named choice of settings. */
export interface Preset {
  name: string;
  description: string;
  /** The network that it uses now, and the one that it looks best with. */
  network: string;
  madeFor: string;
  /** All settings, as it has them. */
  settings: Values;
}

/** A network to dream with. */
export interface Network {
  name: string;
  title: string;
  /** Bytes to fetch. */
  size: number;
  here: boolean;
  /** Layers that make good dreams, from fine to deep. */
  layers: string[];
  /** The state of its download, if one was requested. */
  fetch?: { running: boolean; done?: number; total?: number; error?: string };
}

/** The response of `GET /api/networks`. */
export interface Networks {
  /** The network used if a request names none. */
  dreams: string;
  /** Whether the viewer of the page may download networks. */
  mayFetch: boolean;
  networks: Network[];
}

/** The response of `GET /api/settings`. */
export interface Settings {
  parameters: Parameter[];
  /** The settings used without a preset. */
  plain: Preset;
  presets: Preset[];
  networks: Network[];
  defaults: Values;
  limits: Limits;
  /** Whether the sample clip can be dreamed. */
  sample: boolean;
  /** Whether the server requires a token, in which case the viewer has logged in. */
  token: boolean;
}

/** A request to dream: the part of the source, and the settings. */
export interface Request {
  name?: string;
  preset?: string;
  from?: number;
  duration?: number;
  /** Settings that override the preset. */
  given?: Values;
}

/** One dreamed frame. */
export interface Picture {
  /** JPEG. */
  blob: Blob;
  loss: number;
  seconds: number;
}
