import { z } from "zod";

/** The claims that this server reads. Parsing removes everything else in a session. */
export const claims = z.object({
  name: z.string().nullish(),
  username: z.string().nullish(),
  roles: z.array(z.string()).nullish(),
  /** Ids of the organizations that the user is a member of, and the roles in them as `id:role`. */
  organizations: z.array(z.string()).nullish(),
  organization_roles: z.array(z.string()).nullish(),
  acr: z.string().nullish(),
});

/** The part of a session that this server needs. */
export interface Session {
  /** Logto's subject, which is the user's id. */
  subject: string;
  claims: z.output<typeof claims>;
  /** Claims that the cookie had no room for: unknown here, but the user may have them. */
  omitted?: string[];
  /** When the user authenticated at Logto, in seconds since 1970. */
  authenticatedAt?: number | undefined;
}

/** Maximum number of values to look up for one request. */
const maxValues = 16;

/** Looks up the app's sessions. A class, because Nest can't inject by an interface. */
export abstract class Sessions {
  /** The format of a cookie's value. Other values are not looked up. */
  protected abstract readonly shape: RegExp;

  /**
   * @param values possible values of the session cookie
   * @returns the valid session that started last; undefined if there is none
   * @throws UnavailableError if the database does not respond
   */
  async find(values: readonly string[]): Promise<Session | undefined> {
    const possible = values.filter((value) => this.shape.test(value)).slice(0, maxValues);
    return possible.length > 0 ? this.lookUp(possible) : undefined;
  }

  /** Like `find`, for values in the right format. */
  protected abstract lookUp(values: readonly string[]): Promise<Session | undefined>;
}
