/**
 * The body of a request; undefined above `limit` bytes. It never reads more than that, whatever
 * Content-Length says.
 *
 * @throws TypeError if the body breaks off
 */
export async function readBody({ body }: Request, limit: number): Promise<Buffer | undefined> {
  const reader = body?.getReader();
  const chunks: Uint8Array[] = [];
  let size = 0;
  for (let read = await reader?.read(); read?.value; read = await reader?.read()) {
    size += read.value.byteLength;
    if (size > limit) {
      await reader?.cancel();
      return undefined;
    }
    chunks.push(read.value);
  }
  return Buffer.concat(chunks);
}
