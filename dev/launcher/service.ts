import type { Variables } from "../environment";

/** What `npm run dev` may start beside Next.js. */
export interface Service {
  /** The argument of `npm run dev` that requests it; Next.js does not know it. */
  flag?: string;
  /** Chooses its port. @param app where the app will be */
  prepare(app: { url: string; port: number }): Promise<PreparedService>;
}

export interface PreparedService {
  /** For the app. */
  variables: Variables;
  /** Undefined if there is nothing to start. @throws LaunchError */
  start?: () => Promise<void>;
  /** Prints its part of the overview. */
  announce(): void;
}
