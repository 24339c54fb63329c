import { z } from "zod";

/** Settings that a test may change at run time. They apply to what is issued from then on. */
export const settingsSchema = z.strictObject({
  /** Lifetime of every access token, opaque or JWT, in seconds. */
  accessTokenLifetime: z.int().positive(),
  /** Lifetime of a refresh token, in seconds. A rotated token starts a full lifetime. */
  refreshTokenLifetime: z.int().positive(),
  /** Lifetime of an id_token, in seconds. */
  idTokenLifetime: z.int().positive(),
  /**
   * `logto`: Logto's rule (confidential clients rotate from 70 % of the lifetime on, public clients
   * at every refresh).
   */
  rotation: z.enum(["always", "logto", "never"]),
  /** How long a consumed refresh token is still accepted, in seconds. */
  graceInterval: z.number().nonnegative(),
  /**
   * How far the server's clock is ahead, in seconds. Moving it forward ages everything that was
   * issued.
   */
  clockSkew: z.int(),
});

export type Settings = z.infer<typeof settingsSchema>;

const day = 24 * 60 * 60;

/** Logto's defaults. */
export const defaultSettings: Readonly<Settings> = {
  accessTokenLifetime: 3600,
  refreshTokenLifetime: 14 * day,
  idTokenLifetime: 3600,
  rotation: "logto",
  graceInterval: 3,
  clockSkew: 0,
};

/** Lifetimes that cannot be changed in Logto, in seconds. */
export const fixedLifetimes = {
  authorizationCode: 60,
  grant: 180 * day,
  interaction: 3600,
  session: 14 * day,
};

/** Logto's defaults for e-mail codes, times in seconds. */
export const codePolicy = {
  digits: 6,
  lifetime: 600,
  maxTries: 10,
  /** How many codes may be sent to one address within `sendWindow`. */
  maxSends: 10,
  sendWindow: 600,
};
