import { format, stripVTControlCharacters } from "node:util";
import { destination, pino, type DestinationStream } from "pino";
import { z } from "zod";
import { isProduction } from "./env";
import { requestId } from "./server/request-id";
import { processWide } from "./process-wide";

type Fields = Record<string, unknown>;

/**
 * Fields that are redacted because they may contain a secret, at the top level or one level below.
 * Callers never log secrets; this is a second safeguard.
 */
const secretNames = (
  "accessToken access_token refreshToken refresh_token idToken id_token logout_token token sessionToken sealedTokens sessionId sid " +
  "code_verifier state nonce secret clientSecret client_secret password authorization cookie cookies set-cookie"
).split(" ");

/**
 * A logger that writes one JSON object per line.
 *
 * @param stream receives the lines
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
 * Readable output for development: one line per event, on the console like all other warnings and
 * errors.
 */
const readable: DestinationStream = {
  write(json) {
    const { level, time: _time, requestId: _id, msg, ...fields } = entry.parse(JSON.parse(json));
    const details = Object.entries(fields).map(
      ([name, value]) => `${name}=${JSON.stringify(value)}`,
    );
    // On one line, so that no input can forge a log line.
    const event = stripVTControlCharacters(msg).replace(/\s*[\r\n]+\s*/g, " ");
    console[level](["[auth]", event, ...details].join(" "));
  },
};

const logger = () =>
  processWide("log", () =>
    createLogger(isProduction ? destination({ fd: 1, sync: true }) : readable),
  );

/**
 * The operator's log: one line per event, with the id of its request. JSON in production.
 *
 * `info`: normal operation. `warn`: a user or a provider did something wrong. `error`: the operator
 * has to fix something.
 */
export const log = {
  info: (event: string, fields: Fields = {}): void => logger().info(fields, event),
  warn: (event: string, fields: Fields = {}): void => logger().warn(fields, event),
  error: (event: string, fields: Fields = {}): void => logger().error(fields, event),
};

/** Next.js's error for a response that its source, such as an API, aborted. */
const abortedResponse = "failed to pipe response";

/**
 * Sends `console.warn` and `console.error` to this log, one line per call. Next.js prints the
 * errors that it catches on several lines and without a request id. Only errors that are bugs keep
 * their stack traces.
 */
export function logConsole(): void {
  const print =
    (level: "warn" | "error") =>
    (...args: unknown[]) => {
      const isShort = (arg: unknown): arg is Error =>
        arg instanceof Error && (level === "warn" || arg.message === abortedResponse);
      const shown = args.map((arg) => (isShort(arg) ? arg.message : arg));
      log[level](stripVTControlCharacters(format(...shown)).trim());
    };
  console.warn = print("warn");
  console.error = print("error");
}
