import { pipeline, type Duplex } from "node:stream";
import { createBrotliDecompress, createGunzip, createInflate, createInflateRaw } from "node:zlib";

/** The response of the API cannot be forwarded. The message is for the operator's log. */
export class UnreadableResponseError extends Error {
  override name = "UnreadableResponseError";
}

/** The maximum number of encodings on one body. No server needs more. */
const maxEncodings = 3;

/** Some servers omit the zlib header, and every browser accepts that. */
const inflateOf = (first: Uint8Array) =>
  (first[0] ?? 0) % 16 === 8 ? createInflate() : createInflateRaw();

/**
 * Creates the decoder of each content coding (RFC 9110 §8.4.1) from the first bytes of the body.
 */
const decoders = new Map<string, (first: Uint8Array) => Duplex>([
  ["br", () => createBrotliDecompress()],
  ["deflate", inflateOf],
  ["gzip", () => createGunzip()],
  ["x-gzip", () => createGunzip()],
]);

/**
 * Decodes a body.
 *
 * @param contentEncoding the value of the header. Each encoding was applied to the result of those
 *   before it
 * @param isPartial true for a range of the encoded body, which cannot be decoded on its own (RFC
 *   9110 §14.2)
 * @throws UnreadableResponseError if the encoding is not supported. Errors in the bytes themselves
 *   are thrown while the result is read
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
 * Decodes one encoding. An empty body stays empty: many servers send one, and every decoder would
 * fail on it.
 */
async function* decodeOne(
  encoded: AsyncIterable<Uint8Array>,
  decoder: (first: Uint8Array) => Duplex,
): AsyncGenerator<Uint8Array> {
  const parts = encoded[Symbol.asyncIterator]();
  const first = await parts.next();
  if (first.done) return;
  const whole = async function* () {
    yield first.value;
    yield* { [Symbol.asyncIterator]: () => parts };
  };
  // The loop over the decoder throws the errors of the source and of the decoder.
  const bytes: AsyncIterable<Uint8Array> = pipeline(whole, decoder(first.value), () => undefined);
  yield* bytes;
}
