/**
 * A stream of raw pictures and raw sound for ffmpeg's standard input, each with a time stamp: uncompressed
 * Matroska (RFC 9559), reduced to what ffmpeg's demuxer needs. Every block has its own cluster, so that times
 * are whole microseconds and nothing has to be known in advance.
 */

/** What the stream carries. */
export interface MatroskaTracks {
  video: {
    width: number;
    height: number;
    /** Nominal frames per second; each block has its own duration. */
    frameRate: { num: number; den: number };
  };
  /** Interleaved 32-bit floating point samples. */
  audio?: SoundTrack;
}

/** A track of sound. */
export interface SoundTrack {
  sampleRate: number;
  channels: number;
  /** Language as three letters (ISO 639-2). Default: undetermined. */
  language?: string | undefined;
  title?: string | undefined;
}

const ids = {
  ebml: 0x1a45dfa3,
  ebmlVersion: 0x4286,
  ebmlReadVersion: 0x42f7,
  ebmlMaxIdLength: 0x42f2,
  ebmlMaxSizeLength: 0x42f3,
  docType: 0x4282,
  docTypeVersion: 0x4287,
  docTypeReadVersion: 0x4285,
  segment: 0x18538067,
  info: 0x1549a966,
  timestampScale: 0x2ad7b1,
  muxingApp: 0x4d80,
  writingApp: 0x5741,
  tracks: 0x1654ae6b,
  trackEntry: 0xae,
  trackNumber: 0xd7,
  trackUid: 0x73c5,
  trackType: 0x83,
  flagLacing: 0x9c,
  language: 0x22b59c,
  name: 0x536e,
  codecId: 0x86,
  defaultDuration: 0x23e383,
  video: 0xe0,
  pixelWidth: 0xb0,
  pixelHeight: 0xba,
  colourSpace: 0x2eb524,
  audio: 0xe1,
  samplingFrequency: 0xb5,
  channels: 0x9f,
  bitDepth: 0x6264,
  cluster: 0x1f43b675,
  timestamp: 0xe7,
  blockGroup: 0xa0,
  block: 0xa1,
  blockDuration: 0x9b,
} as const;

/** Nanoseconds per tick. */
const tick = 1000;
const videoTrack = 1;
const audioTrack = 2;

/** The bytes before the first block. */
export function matroskaHeader(tracks: MatroskaTracks): Uint8Array {
  const entries = [videoEntry(tracks.video), ...(tracks.audio ? [audioEntry(tracks.audio)] : [])];
  return concat([
    element(
      ids.ebml,
      unsigned(ids.ebmlVersion, 1),
      unsigned(ids.ebmlReadVersion, 1),
      unsigned(ids.ebmlMaxIdLength, 4),
      unsigned(ids.ebmlMaxSizeLength, 8),
      text(ids.docType, "matroska"),
      unsigned(ids.docTypeVersion, 4),
      unsigned(ids.docTypeReadVersion, 2),
    ),
    // A segment of unknown size: it lasts until the stream ends.
    concat([idBytes(ids.segment), Uint8Array.of(0x01, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff)]),
    element(
      ids.info,
      unsigned(ids.timestampScale, tick),
      text(ids.muxingApp, "reverie"),
      text(ids.writingApp, "reverie"),
    ),
    element(ids.tracks, ...entries),
  ]);
}

function videoEntry({ width, height, frameRate }: MatroskaTracks["video"]): Uint8Array {
  return element(
    ids.trackEntry,
    ...track(videoTrack, 1, "V_UNCOMPRESSED"),
    unsigned(ids.defaultDuration, Math.round(1e9 * frameRate.den / frameRate.num)),
    element(
      ids.video,
      unsigned(ids.pixelWidth, width),
      unsigned(ids.pixelHeight, height),
      // ffmpeg's code for 24-bit RGB, red first.
      binary(ids.colourSpace, Uint8Array.of(0x52, 0x47, 0x42, 24)),
    ),
  );
}

function audioEntry({ sampleRate, channels, language, title }: SoundTrack): Uint8Array {
  const frequency = new Uint8Array(8);
  new DataView(frequency.buffer).setFloat64(0, sampleRate);
  return element(
    ids.trackEntry,
    ...track(audioTrack, 2, "A_PCM/FLOAT/IEEE", language),
    ...(title === undefined ? [] : [text(ids.name, title)]),
    element(
      ids.audio,
      binary(ids.samplingFrequency, frequency),
      unsigned(ids.channels, channels),
      unsigned(ids.bitDepth, 32),
    ),
  );
}

/** Without a language, a track would be in English. */
function track(number: number, type: number, codec: string, language = "und"): Uint8Array[] {
  return [
    unsigned(ids.trackNumber, number),
    unsigned(ids.trackUid, number),
    unsigned(ids.trackType, type),
    unsigned(ids.flagLacing, 0),
    text(ids.language, language),
    text(ids.codecId, codec),
  ];
}

/**
 * The bytes before those of one picture.
 *
 * @param pts presentation time in seconds, 0 or more
 * @param duration seconds
 * @param size number of bytes of the picture that follows
 */
export function pictureHeader(pts: number, duration: number, size: number): Uint8Array {
  return blockHeader(videoTrack, pts, duration, size);
}

/** The bytes before those of a run of samples; parameters as for {@link pictureHeader}. */
export function soundHeader(pts: number, duration: number, size: number): Uint8Array {
  return blockHeader(audioTrack, pts, duration, size);
}

function blockHeader(trackNumber: number, pts: number, duration: number, size: number): Uint8Array {
  const lasting = unsigned(ids.blockDuration, Math.max(1, Math.round(duration * 1e6)));
  const timestamp = unsigned(ids.timestamp, Math.round(pts * 1e6));
  // Track, time within the cluster, flags.
  const start = Uint8Array.of(0x80 | trackNumber, 0, 0, 0);
  const block = concat([idBytes(ids.block), sizeBytes(start.length + size), start]);
  const groupSize = lasting.length + block.length + size;
  const group = concat([idBytes(ids.blockGroup), sizeBytes(groupSize), lasting, block]);
  return concat([idBytes(ids.cluster), sizeBytes(timestamp.length + group.length + size), timestamp, group]);
}

function element(id: number, ...children: Uint8Array[]): Uint8Array {
  return binary(id, concat(children));
}

function binary(id: number, data: Uint8Array): Uint8Array {
  return concat([idBytes(id), sizeBytes(data.length), data]);
}

function text(id: number, value: string): Uint8Array {
  return binary(id, new TextEncoder().encode(value));
}

function unsigned(id: number, value: number): Uint8Array {
  return binary(id, bigEndian(value));
}

/** The bytes of an identifier; its first bits already encode its length. */
function idBytes(id: number): Uint8Array {
  return bigEndian(id);
}

/** Encodes a size in eight bytes. */
function sizeBytes(size: number): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(size) | (1n << 56n));
  return bytes;
}

function bigEndian(value: number): Uint8Array {
  const bytes: number[] = [];
  do {
    bytes.unshift(value % 256);
    value = Math.floor(value / 256);
  } while (value > 0);
  return Uint8Array.from(bytes);
}

function concat(parts: Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
