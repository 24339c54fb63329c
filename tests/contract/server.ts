import { inject } from "vitest";
import { z } from "zod";

const clientSchema = z.object({
  clientId: z.string(),
  /** Absent for a public client. */
  clientSecret: z.string().optional(),
  redirectUri: z.url(),
  postLogoutRedirectUri: z.url(),
});

const personSchema = z.object({ username: z.string(), password: z.string() });

/**
 * What the contract tests know of the OIDC server that they talk to; the globalSetup provides it.
 */
export const serverSchema = z.object({
  driver: z.enum(["stand-in", "logto"]),
  issuer: z.url(),
  /** Confidential; its back-channel logout URI, if any, has "session required" on. */
  client: clientSchema,
  /** Confidential, with "always issue refresh token" on and "session required" off. */
  otherClient: clientSchema.optional(),
  publicClient: clientSchema.optional(),
  users: z.object({ alice: personSchema, bob: personSchema, carol: personSchema }),
  resources: z.object({ shopping: z.url(), store: z.url() }),
  organizations: z.object({ acme: z.string(), globex: z.string() }),
  /**
   * Address of the receiver of logout tokens (receiver.ts); absent when the server isn't told of
   * it.
   */
  receiver: z.url().optional(),
  /** The stand-in's control endpoint. */
  control: z.url().optional(),
  /** A machine-to-machine application with the role "Logto Management API access". */
  management: z
    .object({ clientId: z.string(), clientSecret: z.string(), resource: z.url() })
    .optional(),
});

export type Server = z.infer<typeof serverSchema>;
export type Client = z.infer<typeof clientSchema>;
export type Person = z.infer<typeof personSchema>;

/** The part of a test's context that skips the test and prints why. */
export interface Skip {
  skip(reason: string): never;
}

declare module "vitest" {
  export interface ProvidedContext {
    server: Server;
  }
}

/** The server that the run was started against. */
export function sharedServer(): Server {
  return inject("server");
}

/** Skips the test, saying why, when the server under test was not given `part`. */
export function given<T>(part: T | undefined, context: Skip, variable: string): T {
  return part ?? context.skip(`${variable} is not set`);
}
