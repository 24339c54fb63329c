/**
 * Codes of the requests that a client may send before its start-up packet. They have no type byte,
 * and one of these codes instead of a protocol version.
 */
const encryption = [80_877_103, 80_877_104];
const cancellation = 80_877_102;

/**
 * A message of a PostgreSQL client. Messages without a type byte have the type "start",
 * "encryption" or "cancel".
 */
export interface Message {
  type: string;
  bytes: Buffer;
}

/** Splits a client's data into messages (PostgreSQL documentation, "Message Formats"). */
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

/** Creates a message of the given type. */
export function message(type: string, body: string): Buffer {
  const bytes = Buffer.alloc(5 + Buffer.byteLength(body));
  bytes.write(type, "latin1");
  bytes.writeInt32BE(bytes.length - 1, 1);
  bytes.write(body, 5);
  return bytes;
}

/** The offset of a prepared statement's name in a message; undefined if it has none. */
function statementAt({ type, bytes }: Message): number | undefined {
  if (type === "P") return 5;
  // Bind has the name of a portal first. Describe and Close have a byte for statement or portal
  // first.
  if (type === "B") return bytes.indexOf(0, 5) + 1;
  return (type === "D" || type === "C") && bytes.toString("latin1", 5, 6) === "S" ? 6 : undefined;
}

/**
 * Adds a prefix to the name of the prepared statement in a message, if there is one.
 *
 * @returns the changed message; `made` is the new name if the message creates the statement
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
