import { afterAll } from "vitest";
import { administerLogto } from "./drivers/administer-logto";
import { administerStandIn, moveStandInClock } from "./drivers/administer-stand-in";
import { startStandIn } from "./drivers/start-stand-in";
import { serverUnderTest, type Server, type Skip, type User } from "./server";

/** API resource -> permissions. */
export type ApiPermissions = Record<string, string[]>;

/**
 * What a test can change as an administrator. A test changes only users and roles that it created.
 */
export interface Administration {
  createUser(roles: string[], email?: string): Promise<User & { id: string }>;
  setRoles(id: string, roles: string[]): Promise<void>;
  /** Adds the user to an organization, with these organization roles. */
  joinOrganization(id: string, organizationId: string, roles: string[]): Promise<void>;
  createRole(name: string, permissions: ApiPermissions): Promise<void>;
  addPermissions(role: string, permissions: ApiPermissions): Promise<void>;
  deleteRole(name: string): Promise<void>;
  setPassword(id: string, password: string): Promise<void>;
  suspend(id: string): Promise<void>;
  deleteUser(id: string): Promise<void>;
  leaveOrganization(id: string, organizationId: string): Promise<void>;
  /** Lets the server send these events to `url`. @returns the signing key, and what removes it */
  createWebhook(
    url: string,
    events: string[],
  ): Promise<{ signingKey: string; remove(): Promise<void> }>;
  /** Creates the token of a magic link for an e-mail address. */
  createOneTimeToken(email: string): Promise<string>;
}

/** A server on which this test file can let time pass. */
export interface TimedServer {
  server: Server;
  /**
   * Lets seconds pass on the server: moves the stand-in's clock, or waits for a real server. Skips
   * the test when the wait would be longer than 5 seconds.
   */
  letTimePass(seconds: number, context: Skip): Promise<void>;
}

/** Returns the administration of the server under test. Skips the test when there is none. */
export function administrationOf(server: Server, context: Skip): Administration {
  if (server.driver === "stand-in" && server.control) return administerStandIn(server.control);
  if (server.driver === "logto" && server.management)
    return administerLogto(server, server.management);
  return context.skip("no administrator is configured (CONTRACT_M2M_ID)");
}

/**
 * Returns a stand-in of the test file's own, or the server under test in real time when that is not
 * a stand-in with a control endpoint. Call it once at the top of a test file.
 */
export async function timedServer(): Promise<TimedServer> {
  const underTest = serverUnderTest();
  if (!underTest.control) {
    return {
      server: underTest,
      async letTimePass(seconds, context) {
        if (seconds > 5) context.skip("a real server's clock can't be moved");
        await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
      },
    };
  }
  const { server, control, close } = await startStandIn();
  afterAll(close);
  let clockSkew = 0;
  return {
    server,
    async letTimePass(seconds) {
      clockSkew += seconds;
      await moveStandInClock(control, clockSkew);
    },
  };
}
