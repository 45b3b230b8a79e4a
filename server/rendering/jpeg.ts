/** JPEG to and from pixels, on threads of their own (libvips). */
import sharp from "sharp";
import { ReverieError } from "../../pipeline/errors.ts";

// One thread per picture is enough, and no picture is decoded twice.
sharp.concurrency(1);
sharp.cache(false);

/** A picture with 8 bits per channel, interleaved, row by row from the top; 3 channels are RGB, 1 is grey. */
export interface Pixels {
  width: number;
  height: number;
  channels: number;
  data: Uint8Array;
}

/** A size in pixels. */
export interface Size {
  width: number;
  height: number;
}

/** A picture as JPEG. */
export interface Jpeg extends Size {
  bytes: Uint8Array<ArrayBuffer>;
}

/** Maximum number of pixels of a picture from a client. */
export const mostPixels = 1920 * 1080;

/**
 * Encodes a picture as JPEG, scaled down if its longest side exceeds `longest` pixels. `quality` is 1 to 100.
 * `display` is the size in square pixels at which it is displayed; default: that of the picture.
 */
export async function encodeJpeg(
  picture: Pixels,
  longest: number,
  quality = 80,
  display: Size = picture,
): Promise<Jpeg> {
  const { width, height, channels, data } = picture;
  const factor = Math.min(1, longest / Math.max(display.width, display.height));
  const side = (length: number) => Math.max(1, Math.round(length * factor));
  const { data: encoded, info } = await sharp(data, { raw: { width, height, channels: channels as 1 | 3 } })
    .resize({ width: side(display.width), height: side(display.height), fit: "fill" })
    .toColourspace(channels === 1 ? "b-w" : "srgb")
    .jpeg({ quality })
    .toBuffer({ resolveWithObject: true });
  // A copy, since a buffer of libvips cannot be transferred to another thread.
  return { bytes: new Uint8Array(encoded), width: info.width, height: info.height };
}

/**
 * Decodes a JPEG to rgb24 of the given size: scaled to cover it and cropped evenly. Its EXIF orientation is
 * ignored.
 *
 * @throws {ReverieError} if it is not a valid JPEG or has more pixels than {@link mostPixels}
 */
export async function decodeJpeg(jpeg: Uint8Array, { width, height }: Size): Promise<Uint8Array> {
  if (!isJpeg(jpeg)) throw new ReverieError("invalid_request", "a picture is not JPEG: send JPEG pictures");
  try {
    return await sharp(jpeg, { limitInputPixels: mostPixels, failOn: "error" })
      .resize(width, height, { fit: "cover" })
      .toColourspace("srgb")
      .removeAlpha()
      .raw()
      .toBuffer();
  } catch (cause) {
    if (/pixel limit/.test((cause as Error).message)) {
      throw new ReverieError("too_large", "a picture is larger than 1920x1080 pixels: send smaller ones", {
        cause,
      });
    }
    throw new ReverieError("invalid_request", "a JPEG picture is damaged: send it whole", { cause });
  }
}

/** Whether bytes start like a JPEG file (ITU-T T.81, B.2.1). */
export function isJpeg(bytes: Uint8Array): boolean {
  return bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff;
}
