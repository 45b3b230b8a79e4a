/** The files of a dream: its video, its source and its poster. */
import { Hono } from "hono";
import type { Dream } from "../../dreams/dream.ts";
import { ReverieError } from "../../../pipeline/errors.ts";
import type { Env } from "../env.ts";
import { videoType } from "../files/content_types.ts";
import { revalidated, sendFile } from "../files/send_file.ts";
import { bytes, describe, idParameter } from "../openapi/describe.ts";
import type { Services } from "../services.ts";

/** `GET /api/dreams/:id/{video.mp4,source,poster.jpg,before.jpg}`, all with Range and ETag. */
export function dreamFileRoutes({ dreams }: Pick<Services, "dreams">): Hono<Env> {
  const picture = async (request: Request, id: string, name: "poster" | "before") => {
    dreams.get(id);
    const options = { type: "image/jpeg", cache: revalidated };
    return await sendFile(request, dreams.files(id)[name], options) ?? missing("no frame is dreamed yet");
  };
  return new Hono<Env>()
    .get("/:id/video.mp4", describe(videoRoute), async (c) => {
      const dream = dreams.get(c.req.param("id"));
      if (dream.state !== "done") throw unfinished(dream);
      const downloadName = dream.name.replace(/\.\w{1,5}$/, "") + "-dream.mp4";
      const options = { type: "video/mp4", cache: revalidated, downloadName };
      return await sendFile(c.req.raw, dreams.files(dream.id).video, options) ?? missing("the video is gone");
    })
    .get("/:id/source", describe(sourceRoute), async (c) => {
      const { id, name } = dreams.get(c.req.param("id"));
      const options = { type: videoType(name), cache: revalidated };
      return await sendFile(c.req.raw, dreams.files(id).source, options) ?? missing("the source is gone");
    })
    .get("/:id/poster.jpg", describe(posterRoute), (c) => picture(c.req.raw, c.req.param("id"), "poster"))
    .get("/:id/before.jpg", describe(beforeRoute), (c) => picture(c.req.raw, c.req.param("id"), "before"));
}

function missing(message: string): never {
  throw new ReverieError("not_found", message);
}

function unfinished({ state }: Dream): ReverieError {
  if (state === "failed") return new ReverieError("conflict", "the dream failed, so that there is no video");
  if (state === "cancelled") {
    return new ReverieError(
      "conflict",
      "the dream was cancelled before it was finished, so that there is no video",
    );
  }
  return new ReverieError("conflict", "the dream is not finished yet: watch its hls meanwhile", {
    retryAfter: 5,
  });
}

/** Returns the description of a file route. */
function fileRoute(id: string, summary: string, ...types: string[]) {
  return {
    id,
    tag: "files" as const,
    summary,
    parameters: [idParameter],
    replies: {
      200: { description: "the file", content: bytes(...types) },
      206: { description: "the part that Range asks for", content: bytes(...types) },
      304: { description: "unchanged since it was last fetched" },
      416: { description: "the file is shorter than Range supposes" },
    },
    errors: ["not_found"] as const,
  };
}

const videoRoute = {
  ...fileRoute("getVideo", "The finished video with the source's sound", "video/mp4"),
  errors: ["not_found", "conflict"] as const,
};
const sourceRoute = fileRoute(
  "getSource",
  "The video as it was uploaded",
  "video/*",
  "application/octet-stream",
);
const posterRoute = fileRoute("getPoster", "A dreamed frame", "image/jpeg");
const beforeRoute = fileRoute("getBefore", "The poster's frame as it was before", "image/jpeg");
