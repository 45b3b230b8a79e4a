/** Called while a download runs, with bytes so far and in all. */
export type DownloadProgress = (received: number, total: number) => void;

/** Options of a download. */
export interface DownloadOptions {
  onProgress?: DownloadProgress | undefined;
  /** Ends the download; the promise is rejected with the signal's reason. */
  signal?: AbortSignal | undefined;
  /** Called when a server begins to send what was asked for; for each file anew. */
  onAnswer?: (() => void) | undefined;
  /** How long the server may send nothing before it counts as lost, in seconds. Default 30. */
  patience?: number | undefined;
}
