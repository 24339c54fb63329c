/**
 * What Next.js lets middleware and a route behind it have of a request's body, in bytes: its
 * `proxyClientMaxBodySize`.
 */
export const maxBodyBytes = 10 * 1024 * 1024;
/** The largest part in which Node.js hands over a body, in bytes. */
const maxChunkBytes = 64 * 1024;

/**
 * Whether a request's body is larger than Next.js lets through middleware. It cuts the rest off
 * without a word, from the part on that goes beyond the limit. So one whose length no header says
 * (chunked) is read, and is too large where it may have been cut.
 */
export async function isTooLarge({ headers, body, signal }: Request): Promise<boolean> {
  const length = headers.get("content-length");
  if (length !== null || !body) return Number(length) > maxBodyBytes;
  const reader = body.getReader();
  signal.addEventListener("abort", () => void reader.cancel());
  let size = 0;
  for (let read = await reader.read(); read.value; read = await reader.read()) {
    size += read.value.byteLength;
    if (size > maxBodyBytes - maxChunkBytes) {
      await reader.cancel();
      return true;
    }
  }
  return false;
}
