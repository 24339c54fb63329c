import { z } from "zod";

/** The tokens of a grant. */
export const grantTokens = z.object({
  /** Logto's opaque access token, for userinfo. */
  accessToken: z.string().min(1),
  /** Seconds since 1970. */
  expiresAt: z.number(),
  /** Lifetime as issued. */
  expiresIn: z.number(),
  /** Absent if Logto issued none. Then there are no renewals and no exchanges. */
  refreshToken: z.string().min(1).optional(),
});
