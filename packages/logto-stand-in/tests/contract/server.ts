import { inject } from "vitest";
import { z } from "zod";

const clientSchema = z.object({
  clientId: z.string(),
  /** Absent for a public client. */
  clientSecret: z.string().optional(),
  redirectUri: z.url(),
  postLogoutRedirectUri: z.url(),
});

const userSchema = z.object({ username: z.string(), password: z.string() });

/**
 * What the contract tests need to know about the OIDC server under test. The globalSetup provides
 * it.
 */
export const serverSchema = z.object({
  driver: z.enum(["stand-in", "logto"]),
  issuer: z.url(),
  /** Confidential. Its back-channel logout URI, if any, has "session required" on. */
  client: clientSchema,
  /** Confidential, with "always issue refresh token" on and "session required" off. */
  otherClient: clientSchema.optional(),
  publicClient: clientSchema.optional(),
  /** A machine-to-machine application. */
  machineClient: clientSchema.optional(),
  users: z.object({ alice: userSchema, bob: userSchema, carol: userSchema }),
  resources: z.object({ shopping: z.url(), store: z.url() }),
  organizations: z.object({ acme: z.string(), globex: z.string() }),
  /**
   * Address of the receiver of logout tokens (receiver.ts). Absent when the server sends it none.
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
export type User = z.infer<typeof userSchema>;

/** The part of a test's context that skips the test and prints the reason. */
export interface Skip {
  skip(reason: string): never;
}

declare module "vitest" {
  export interface ProvidedContext {
    server: Server;
  }
}

/** Returns the server that this test run talks to. */
export function serverUnderTest(): Server {
  return inject("server");
}

/** Returns `value`. Skips the test when it is missing because `variable` is not set. */
export function valueOrSkip<T>(value: T | undefined, context: Skip, variable: string): T {
  return value ?? context.skip(`${variable} is not set`);
}
