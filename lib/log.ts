import { format, stripVTControlCharacters } from "node:util";
import { destination, pino, type DestinationStream } from "pino";
import { z } from "zod";
import { isProduction } from "./env";
import { requestId } from "./server/request-id";
import { processWide } from "./process-wide";

type Fields = Record<string, unknown>;

/**
 * Names under which a secret may come along, at the top or one level below. Callers give none; this
 * is the second lock.
 */
const secretNames = (
  "accessToken access_token refreshToken refresh_token idToken id_token logout_token token sessionToken sealedTokens sessionId sid " +
  "code_verifier state nonce secret clientSecret client_secret password authorization cookie cookies set-cookie"
).split(" ");

/**
 * A logger that writes one JSON object a line.
 *
 * @param stream takes the lines
 */
export const createLogger = (stream: DestinationStream) =>
  pino(
    {
      base: null,
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (level) => ({ level }) },
      mixin: () => ({ requestId: requestId() }),
      redact: secretNames.flatMap((name) => [`["${name}"]`, `*["${name}"]`]),
    },
    stream,
  );

const entry = z.looseObject({
  level: z.enum(["info", "warn", "error"]),
  time: z.string(),
  requestId: z.string().optional(),
  msg: z.string(),
});

/**
 * For people to read while they develop: one line, where the console has its warnings and errors.
 */
const readable: DestinationStream = {
  write(json) {
    const { level, time: _time, requestId: _id, msg, ...fields } = entry.parse(JSON.parse(json));
    const details = Object.entries(fields).map(
      ([name, value]) => `${name}=${JSON.stringify(value)}`,
    );
    // Folded, so that nobody can forge another line.
    const event = stripVTControlCharacters(msg).replace(/\s*[\r\n]+\s*/g, " ");
    console[level](["[auth]", event, ...details].join(" "));
  },
};

const logger = () =>
  processWide("log", () =>
    createLogger(isProduction ? destination({ fd: 1, sync: true }) : readable),
  );

/**
 * The operator's log: one line an event, with the id of its request. JSON in production.
 *
 * `info` is for what works, `warn` for what a user or provider did wrong, `error` for what the
 * operator has to mend.
 */
export const log = {
  info: (event: string, fields: Fields = {}): void => logger().info(fields, event),
  warn: (event: string, fields: Fields = {}): void => logger().warn(fields, event),
  error: (event: string, fields: Fields = {}): void => logger().error(fields, event),
};

/**
 * Makes one line of this log of whatever else is printed as a warning or an error: Next.js prints
 * what it catches in many, and says of none for which request. Only an error, which is a bug, keeps
 * its stack.
 */
export function logConsole(): void {
  const print =
    (level: "warn" | "error") =>
    (...args: unknown[]) => {
      const shown =
        level === "error" ? args : args.map((arg) => (arg instanceof Error ? arg.message : arg));
      log[level](stripVTControlCharacters(format(...shown)).trim());
    };
  console.warn = print("warn");
  console.error = print("error");
}
