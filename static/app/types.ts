/** Types of what the server tells, for the page's modules; nothing here is loaded by a browser. */
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
  /** The network that it dreams with now, and the one that it looks best with. */
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
  /** How fetching it goes, where somebody asked for that. */
  fetch?: { running: boolean; done?: number; total?: number; error?: string };
}

/** What `GET /api/networks` tells. */
export interface Networks {
  /** The network that dreams where nobody names one. */
  dreams: string;
  /** Whether whoever looks at the page may fetch networks. */
  mayFetch: boolean;
  networks: Network[];
}

/** What `GET /api/settings` tells. */
export interface Settings {
  parameters: Parameter[];
  /** How it dreams without a preset. */
  plain: Preset;
  presets: Preset[];
  networks: Network[];
  defaults: Values;
  limits: Limits;
  /** Whether the sample clip can be dreamed. */
  sample: boolean;
  /** Whether the server asks for a token, so that whoever sees the page has logged in. */
  token: boolean;
}

/** What is to be dreamed, and how. */
export interface Request {
  name?: string;
  preset?: string;
  from?: number;
  duration?: number;
  /** Settings that go over the preset. */
  given?: Values;
}

/** One dreamed frame. */
export interface Picture {
  /** JPEG. */
  blob: Blob;
  loss: number;
  seconds: number;
}
