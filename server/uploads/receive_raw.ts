import { join } from "node:path";
import { ReverieError } from "../../pipeline/errors.ts";
import { bytesOf, checkAnnounced } from "./body.ts";
import { IncomingFile } from "./incoming_file.ts";
import { cleanName } from "./names.ts";
import { newId, queryFields, type Received, type Receiving } from "./received.ts";

/**
 * Receives a video that is the whole body of a request (`curl -T`); name and settings are in the query.
 * Leaves no file behind if it fails. Also throws the errors of the file system.
 *
 * @throws {ReverieError} if the body is missing, too large, or interrupted
 */
export async function receiveRaw(request: Request, receiving: Receiving): Promise<Received> {
  const { folder, room, limit, idle, check } = receiving;
  const path = join(folder, newId());
  const fields = queryFields(request);
  check?.(fields);
  await checkAnnounced(request.headers.get("content-length"), { limit, room, file: path });
  try {
    return await receive(request, path, { limit, idle, fields });
  } finally {
    room.end(path);
  }
}

async function receive(
  request: Request,
  path: string,
  { limit, idle, fields }: Pick<Receiving, "limit" | "idle"> & Pick<Received, "fields">,
): Promise<Received> {
  const file = await IncomingFile.create(path, limit);
  try {
    for await (const chunk of bytesOf(request.body, idle)) await file.write(chunk);
    if (file.bytes === 0) checkHasBody(request);
    await file.close();
  } catch (error) {
    await file.discard();
    throw error;
  }
  return { file: file.path, name: cleanName(fields["name"]), fields, bytes: file.bytes };
}

/**
 * Checks that there is a body: an HTTP/1.1 request without one has neither header (RFC 9112, section 6.3).
 */
function checkHasBody({ headers }: Request): void {
  if (headers.has("content-length") || headers.has("transfer-encoding")) return;
  throw new ReverieError(
    "length_required",
    "the request has no body: send the video itself, as `curl -T clip.mp4` does",
  );
}
