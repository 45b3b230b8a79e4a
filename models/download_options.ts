/** Called while a download runs, with the bytes received so far and the total. */
export type DownloadProgress = (received: number, total: number) => void;

/** Options of a download. */
export interface DownloadOptions {
  onProgress?: DownloadProgress | undefined;
  /** Stops the download; the promise is rejected with the signal's reason. */
  signal?: AbortSignal | undefined;
  /** Called when a server begins to send a file; once per file. */
  onAnswer?: (() => void) | undefined;
  /** Seconds for which the server may send nothing before the download fails. Default: 30. */
  patience?: number | undefined;
}
