/** The server's metrics for Prometheus. */
import { Counter, Gauge, Histogram, Registry } from "prom-client";
import type { StageSeconds } from "../../../pipeline/run/stage_clock.ts";
import type { Dreams } from "../../dreams/dreams.ts";
import type { LiveHub } from "../../live/hub.ts";

/** Sources that gauges read from. */
export interface MetricSources {
  dreams: Pick<Dreams, "counts" | "queueLength" | "diskUsage">;
  hub: Pick<LiveHub, "sockets">;
}

/**
 * Bucket bounds in seconds: frames take from a few milliseconds on a GPU to half a minute at full size on a
 * laptop.
 */
const frameBuckets = [0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1, 1.5, 2, 3, 5, 10, 20, 30];
const requestBuckets = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 30, 120];

/** Counters and gauges in a registry of their own, so that one process can run several servers. */
export class Metrics {
  readonly registry: Registry = new Registry();
  readonly #frames: Counter;
  readonly #fps: Gauge;
  readonly #frameSeconds: Histogram;
  readonly #stageSeconds: Histogram<"stage">;
  readonly #requests: Histogram<"method" | "route" | "status">;

  constructor() {
    const registers = [this.registry];
    this.#frames = new Counter({ name: "reverie_frames_total", help: "Frames dreamed.", registers });
    this.#fps = new Gauge({
      name: "reverie_fps",
      help: "Frames a second of the dream that is being made; 0 while none is.",
      registers,
    });
    this.#frameSeconds = new Histogram({
      name: "reverie_frame_seconds",
      help: "Time from one dreamed frame to the next.",
      buckets: frameBuckets,
      registers,
    });
    this.#stageSeconds = new Histogram({
      name: "reverie_stage_seconds",
      help: "Time that a stage of the pipeline spent on a frame.",
      labelNames: ["stage"],
      buckets: frameBuckets,
      registers,
    });
    this.#requests = new Histogram({
      name: "reverie_http_request_seconds",
      help: "Time until the answer to a request began.",
      labelNames: ["method", "route", "status"],
      buckets: requestBuckets,
      registers,
    });
  }

  /** Adds the gauges that read from the server's parts; called once, after these have been created. */
  observe({ dreams, hub }: MetricSources): void {
    this.#gauge("reverie_queue_length", "Dreams that wait.", () => dreams.queueLength);
    this.#gauge("reverie_sockets", "Viewers that are connected.", () => hub.sockets);
    this.#gauge("reverie_disk_bytes", "Bytes of all dreams on disk.", () => dreams.diskUsage());
    this.#gauge("reverie_resident_memory_bytes", "Resident memory.", () => Deno.memoryUsage().rss);
    new Gauge({
      name: "reverie_dreams",
      help: "Dreams by state.",
      labelNames: ["state"],
      registers: [this.registry],
      collect() {
        for (const [state, count] of Object.entries(dreams.counts())) this.set({ state }, count);
      },
    });
  }

  #gauge(name: string, help: string, read: () => number | Promise<number>): void {
    const registers = [this.registry];
    new Gauge({
      name,
      help,
      registers,
      async collect() {
        this.set(await read());
      },
    });
  }

  /** Counts a frame that took `seconds`. */
  frame(seconds: number, fps: number): void {
    this.#frames.inc();
    this.#frameSeconds.observe(seconds);
    this.#fps.set(fps);
  }

  /** Records the time of each stage on a frame, in seconds by name. */
  stages(seconds: StageSeconds): void {
    for (const [stage, spent] of Object.entries(seconds)) this.#stageSeconds.observe({ stage }, spent);
  }

  /** Sets the frame rate to 0, since nothing is being dreamed. */
  idle(): void {
    this.#fps.set(0);
  }

  /** Counts a request that took `seconds`; `route` is its pattern, to keep the number of labels small. */
  request(method: string, route: string, status: number, seconds: number): void {
    this.#requests.observe({ method, route, status: String(status) }, seconds);
  }
}
