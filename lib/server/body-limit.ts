/**
 * The maximum request body that Next.js passes to middleware and the route behind it, in bytes
 * (`proxyClientMaxBodySize`).
 */
export const maxBodyBytes = 10 * 1024 * 1024;
/** The largest chunk of a body that Node.js delivers, in bytes. */
const maxChunkBytes = 64 * 1024;

/**
 * Whether a request body exceeds the limit of Next.js. Next.js truncates such a body silently,
 * starting with the chunk that crosses the limit. A body without `Content-Length` (chunked) has to
 * be read here. It counts as too large if it may have been truncated.
 */
export async function isTooLarge({ headers, body, signal }: Request): Promise<boolean> {
  const length = headers.get("content-length");
  // Node.js has ensured that the body is not longer than this.
  if (length !== null) return Number(length) > maxBodyBytes;
  if (!body) return false;
  const reader = body.getReader();
  signal.addEventListener("abort", () => void reader.cancel());
  let size = 0;
  for (let chunk = await reader.read(); chunk.value; chunk = await reader.read()) {
    size += chunk.value.byteLength;
    if (size > maxBodyBytes - maxChunkBytes) {
      await reader.cancel();
      return true;
    }
  }
  return false;
}
