import assert from "node:assert/strict";
import { plain } from "../../../models/line.ts";
import { chooseStreams } from "../../../pipeline/ffmpeg/choose_streams.ts";
import type { ProbedStream } from "../../../pipeline/ffmpeg/ffprobe.ts";

const features = {
  libavcodec: 59,
  filters: new Set<string>(),
  encoders: new Set<string>(),
  decoders: new Set<string>(),
  decodable: new Set(["h264", "mjpeg", "aac"]),
};

function video(width: number, others: ProbedStream = {}): ProbedStream {
  return { codec_type: "video", codec_name: "h264", width, height: 64, ...others };
}

function sound(channels: number, others: ProbedStream = {}): ProbedStream {
  return { codec_type: "audio", codec_name: "aac", channels, ...others };
}

/** The chosen indices, and what is said. */
function chosen(streams: ProbedStream[], programs: number[][] = []) {
  const numbered = streams.map((stream, index): ProbedStream => ({ ...stream, index }));
  const data = {
    streams: numbered,
    format: {},
    chapters: [],
    programs: programs.map((indices) => ({ streams: indices.map((index) => numbered[index]!) })),
  };
  const { video, audio, notes } = chooseStreams("a.mkv", data, features);
  return { video: video?.["index"], audio: audio?.["index"], notes: notes.map(plain) };
}

const asDefault = { disposition: { default: 1 } };

Deno.test("the default picture comes first, then the largest", () => {
  assert.equal(chosen([video(96), video(64, asDefault)]).video, 1);
  assert.equal(chosen([video(64), video(96)]).video, 1);
  assert.equal(chosen([video(64, asDefault), video(96, asDefault)]).video, 1);
});

Deno.test("cover art and thumbnails are never the picture", () => {
  for (const disposition of [{ attached_pic: 1 }, { timed_thumbnails: 1 }, { still_image: 1 }]) {
    assert.equal(chosen([video(4000, { disposition: { ...disposition, default: 1 } }), video(64)]).video, 1);
  }
  assert.equal(
    chosen([video(4000, { nb_frames: "1", ...asDefault }), video(64, { nb_frames: "9" })]).video,
    1,
  );
  assert.equal(chosen([video(4000, { disposition: { attached_pic: 1 } }), sound(2)]).video, undefined);
});

Deno.test("the sound is the default one, and not for some listeners only", () => {
  assert.equal(chosen([video(64), sound(6), sound(2, asDefault)]).audio, 2);
  assert.equal(chosen([video(64), sound(2), sound(6)]).audio, 2);
  assert.equal(chosen([video(64), sound(6, { disposition: { comment: 1, default: 1 } }), sound(2)]).audio, 2);
});

Deno.test("the sound is that of the picture's program", () => {
  assert.equal(chosen([sound(6), video(64), video(96), sound(2)], [[0, 1], [2, 3]]).audio, 3);
});

Deno.test("what is left out is told in one line", () => {
  const { notes } = chosen([
    video(96),
    video(64),
    sound(2, asDefault),
    sound(6, { tags: { language: "jpn" } }),
    { codec_type: "subtitle", codec_name: "ass" },
  ]);
  assert.deepEqual(notes, [
    "a.mkv: video stream 1 (h264, 64x64), audio stream 3 (aac, 6 channels, jpn) and " +
    "subtitle stream 4 (ass) are left out",
  ]);
  assert.deepEqual(chosen([video(96), sound(2)]).notes, []);
});

Deno.test("sound without a decoder is told, and another one is preferred", () => {
  const unread = sound(2, { codec_name: "ac4", ...asDefault });
  assert.deepEqual(chosen([video(96), unread]), {
    video: 0,
    audio: undefined,
    notes: ["a.mkv: there is no decoder for its sound (ac4)"],
  });
  assert.equal(chosen([video(96), unread, sound(1)]).audio, 2);
});
