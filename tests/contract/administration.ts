import { afterAll } from "vitest";
import { administerLogto } from "./drivers/administer-logto";
import { administerStandIn, moveStandInClock } from "./drivers/administer-stand-in";
import { startStandIn } from "./drivers/start-stand-in";
import { sharedServer, type Person, type Server, type Skip } from "./server";

/** API resource -> permissions. */
export type ApiPermissions = Record<string, string[]>;

/**
 * What a test asks of an administrator. Only people and roles that it made itself are ever changed.
 */
export interface Administration {
  createPerson(roles: string[]): Promise<Person & { id: string }>;
  setRoles(id: string, roles: string[]): Promise<void>;
  /** Makes the person a member of one organization of the tenant, with these roles in it. */
  joinOrganization(id: string, organizationId: string, roles: string[]): Promise<void>;
  createRole(name: string, permissions: ApiPermissions): Promise<void>;
  addPermissions(role: string, permissions: ApiPermissions): Promise<void>;
  deleteRole(name: string): Promise<void>;
  setPassword(id: string, password: string): Promise<void>;
  suspend(id: string): Promise<void>;
  deletePerson(id: string): Promise<void>;
}

/** A server whose clock this test file may move. */
export interface TimedServer {
  server: Server;
  /**
   * Lets seconds pass at the server. A real server's clock can only be waited for, and not for
   * long.
   */
  letTimePass(seconds: number, context: Skip): Promise<void>;
}

/** The administration of the server under test, or a skipped test where none was given. */
export function administrationOf(server: Server, context: Skip): Administration {
  if (server.driver === "stand-in" && server.control) return administerStandIn(server.control);
  if (server.driver === "logto" && server.management)
    return administerLogto(server, server.management);
  return context.skip("no administration is given (CONTRACT_M2M_ID)");
}

/**
 * To be called once at the top of a test file: a stand-in of its own, else the shared server in
 * real time.
 */
export async function timedServer(): Promise<TimedServer> {
  const shared = sharedServer();
  if (!shared.control) {
    return {
      server: shared,
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
