import { z } from "zod";

/** What a test may change while the stand-in runs; holds for what is issued from then on. */
export const settingsSchema = z.strictObject({
  /** Lifetime of every access token, opaque or JWT, in seconds. */
  accessTokenLifetime: z.int().positive(),
  /** Lifetime of a refresh token, in seconds; a rotated one gets a fresh one. */
  refreshTokenLifetime: z.int().positive(),
  /** Lifetime of an id_token, in seconds. */
  idTokenLifetime: z.int().positive(),
  /**
   * `logto`: as Logto does it (confidential clients from 70 % of the lifetime on, public clients at
   * every refresh).
   */
  rotation: z.enum(["always", "logto", "never"]),
  /** For how many seconds a consumed refresh token is still accepted. */
  graceInterval: z.number().nonnegative(),
  /**
   * How many seconds the server's clock is ahead. Moving it ages what was issued, as time itself
   * would.
   */
  clockSkew: z.int(),
});

export type Settings = z.infer<typeof settingsSchema>;

const day = 24 * 60 * 60;

/** Logto's own values. */
export const defaultSettings: Readonly<Settings> = {
  accessTokenLifetime: 3600,
  refreshTokenLifetime: 14 * day,
  idTokenLifetime: 3600,
  rotation: "logto",
  graceInterval: 3,
  clockSkew: 0,
};

/** Lifetimes that Logto does not let anybody change, in seconds. */
export const fixedLifetimes = {
  authorizationCode: 60,
  grant: 180 * day,
  interaction: 3600,
  session: 14 * day,
};

/** Logto's own values for e-mail codes; times in seconds. */
export const codePolicy = {
  digits: 6,
  lifetime: 600,
  maxTries: 10,
  /** So many codes may go to one address within `sendWindow`. */
  maxSends: 10,
  sendWindow: 600,
};
