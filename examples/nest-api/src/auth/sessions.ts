import { z } from "zod";

/** The claims that this server reads. What else a session holds is dropped. */
export const claims = z.object({
  name: z.string().nullish(),
  username: z.string().nullish(),
  roles: z.array(z.string()).nullish(),
});

/** What this server needs of a session. */
export interface Session {
  /** Logto's subject, which is the user's id. */
  subject: string;
  claims: z.output<typeof claims>;
}

/** Looks up the app's sessions. A class and not an interface, because Nest injects by it. */
export abstract class Sessions {
  /**
   * @param values what the session cookie may be
   * @returns of the valid sessions the one that began last; undefined where there is none
   * @throws Unavailable when the database does not answer
   */
  abstract find(values: readonly string[]): Promise<Session | undefined>;
}
