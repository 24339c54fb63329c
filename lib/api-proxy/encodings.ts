import { pipeline, type Duplex } from "node:stream";
import { createBrotliDecompress, createGunzip, createInflate, createInflateRaw } from "node:zlib";

/**
 * What an API answered is no answer that can be passed on. The message is for the operator's log.
 */
export class UnreadableResponseError extends Error {
  override name = "UnreadableAnswerError";
}

/** More encodings on top of each other than any server needs. */
const maxEncodings = 3;

/** Some servers leave out zlib's header, which every browser copes with. */
const inflateOf = (first: Uint8Array) =>
  (first[0] ?? 0) % 16 === 8 ? createInflate() : createInflateRaw();

/**
 * By content coding (RFC 9110 §8.4.1), what undoes it. Gets the first bytes of what it will be
 * given.
 */
const decoders = new Map<string, (first: Uint8Array) => Duplex>([
  ["br", () => createBrotliDecompress()],
  ["deflate", inflateOf],
  ["gzip", () => createGunzip()],
  ["x-gzip", () => createGunzip()],
]);

/**
 * A body as it was before it was encoded.
 *
 * @param contentEncoding the header; each encoding was applied to the result of those before it
 * @param isPartial for a range of what was encoded, which can't be decoded by itself (RFC 9110
 *   §14.2)
 * @throws UnreadableAnswerError where it can't be decoded. What is wrong with the bytes themselves,
 *   the reading throws
 */
export function decode(
  body: AsyncIterable<Uint8Array>,
  contentEncoding: string | undefined,
  isPartial: boolean,
): AsyncIterable<Uint8Array> {
  const names = (contentEncoding ?? "").toLowerCase().split(",");
  const applied = names.map((name) => name.trim()).filter((name) => name && name !== "identity");
  if (isPartial && applied.length > 0)
    throw new UnreadableResponseError("a part of what is encoded");
  if (applied.length > maxEncodings)
    throw new UnreadableResponseError(`encoded ${applied.length} times`);
  return applied.reduceRight((encoded, name) => {
    const decoder = decoders.get(name);
    if (!decoder)
      throw new UnreadableResponseError(`unknown content encoding ${JSON.stringify(name)}`);
    return decodeOne(encoded, decoder);
  }, body);
}

/**
 * Undoes one encoding. No bytes at all stay none, which no decoder would accept and many a server
 * sends.
 */
async function* decodeOne(
  encoded: AsyncIterable<Uint8Array>,
  decoder: (first: Uint8Array) => Duplex,
): AsyncGenerator<Uint8Array> {
  const parts = encoded[Symbol.asyncIterator]();
  const first = await parts.next();
  if (first.done) return;
  const all = async function* () {
    yield first.value;
    yield* { [Symbol.asyncIterator]: () => parts };
  };
  // An error of the source or of the decoder is thrown by the loop over the decoder.
  const bytes: AsyncIterable<Uint8Array> = pipeline(all, decoder(first.value), () => undefined);
  yield* bytes;
}
