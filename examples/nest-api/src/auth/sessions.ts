import { z } from "zod";

/** The claims that this server reads. What else a session holds is dropped. */
export const claims = z.object({
  name: z.string().nullish(),
  username: z.string().nullish(),
  roles: z.array(z.string()).nullish(),
  /** Ids of the organizations that the user is a member of, and the roles in them as `id:role`. */
  organizations: z.array(z.string()).nullish(),
  organization_roles: z.array(z.string()).nullish(),
});

/** What this server needs of a session. */
export interface Session {
  /** Logto's subject, which is the user's id. */
  subject: string;
  claims: z.output<typeof claims>;
  /** Claims that the cookie had no room for: what is not known here, not what the user lacks. */
  omitted?: string[];
}

/** As many values are looked up for one request. */
const most = 16;

/** Looks up the app's sessions. A class and not an interface, because Nest injects by it. */
export abstract class Sessions {
  /** What a cookie's value looks like: what does not is not looked up. */
  protected abstract readonly shape: RegExp;

  /**
   * @param values what the session cookie may be
   * @returns of the valid sessions the one that began last; undefined where there is none
   * @throws Unavailable when the database does not answer
   */
  async find(values: readonly string[]): Promise<Session | undefined> {
    const possible = values.filter((value) => this.shape.test(value)).slice(0, most);
    return possible.length > 0 ? this.lookUp(possible) : undefined;
  }

  /** As `find`, for values that look right. */
  protected abstract lookUp(values: readonly string[]): Promise<Session | undefined>;
}
