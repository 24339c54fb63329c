/**
 * What a client may send before its first message: no type byte, and one of these in place of a
 * protocol version.
 */
const encryption = [80_877_103, 80_877_104];
const cancellation = 80_877_102;

/**
 * A message of a PostgreSQL client. Of a start-up packet the type is "start", "encryption" or
 * "cancel".
 */
export interface Message {
  type: string;
  bytes: Buffer;
}

/** Splits what a client sends into its messages (PostgreSQL documentation, "Message Formats"). */
export async function* readMessages(chunks: AsyncIterable<Buffer>): AsyncGenerator<Message> {
  let rest: Buffer = Buffer.alloc(0);
  let started = false;
  for await (const chunk of chunks) {
    rest = Buffer.concat([rest, chunk]);
    for (;;) {
      const head = started ? 1 : 0;
      const size = rest.length < head + 4 ? Infinity : head + rest.readInt32BE(head);
      if (rest.length < size) break;
      const bytes = rest.subarray(0, size);
      rest = rest.subarray(size);
      const type: string = started ? bytes.toString("latin1", 0, 1) : startUp(bytes.readInt32BE(4));
      started ||= type === "start";
      yield { type, bytes };
    }
  }
}

function startUp(code: number): string {
  if (encryption.includes(code)) return "encryption";
  return code === cancellation ? "cancel" : "start";
}

/** A message of the given type, with its length. */
export function message(type: string, body: string): Buffer {
  const bytes = Buffer.alloc(5 + Buffer.byteLength(body));
  bytes.write(type, "latin1");
  bytes.writeInt32BE(bytes.length - 1, 1);
  bytes.write(body, 5);
  return bytes;
}

/** Where the name of a prepared statement begins, by the type of the message that has one. */
function statementAt({ type, bytes }: Message): number | undefined {
  if (type === "P") return 5;
  // Bind names a portal first; Describe and Close say first whether they mean a statement or a
  // portal.
  if (type === "B") return bytes.indexOf(0, 5) + 1;
  return (type === "D" || type === "C") && bytes.toString("latin1", 5, 6) === "S" ? 6 : undefined;
}

/**
 * @param prefix for the name of the prepared statement, if the message names one
 * @returns the message with that name, and the name if the message makes the statement
 */
export function renameStatement(sent: Message, prefix: string): { bytes: Buffer; made?: string } {
  const at = statementAt(sent);
  if (at === undefined || sent.bytes[at] === 0) return { bytes: sent.bytes };
  const bytes = Buffer.concat([
    sent.bytes.subarray(0, at),
    Buffer.from(prefix),
    sent.bytes.subarray(at),
  ]);
  bytes.writeInt32BE(bytes.length - 1, 1);
  return sent.type === "P"
    ? { bytes, made: bytes.toString("utf8", at, bytes.indexOf(0, at)) }
    : { bytes };
}
