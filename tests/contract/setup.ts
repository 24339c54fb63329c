import type { TestProject } from "vitest/node";
import { z } from "zod";
import { organizations, resources, startStandIn } from "./drivers/start-stand-in";
import { startReceiver } from "./receiver";
import { serverSchema, type Server } from "./server";

/**
 * Chooses the OIDC server that the contract tests talk to: without CONTRACT_ISSUER the local
 * stand-in, in this process on a free port; with it, the server of that issuer, which for Logto
 * must be set up like this:
 *
 * - CONTRACT_ISSUER https://<endpoint>/oidc
 * - CONTRACT_DRIVER "logto" (default) or "stand-in": how to sign in without a browser
 * - CONTRACT_CLIENT_ID, _SECRET traditional web application; rotation on, refresh tokens live 14
 *   days
 * - CONTRACT_REDIRECT_URI, CONTRACT_POST_LOGOUT_REDIRECT_URI
 *                                      registered with every application named here; default: the
 *                                      starter's own
 *                                      (http://localhost:3000/api/auth/callback/logto,
 *                                      http://localhost:3000/)
 * - CONTRACT_OTHER_CLIENT_ID, _SECRET a second one with "always issue refresh token"; else its
 *   tests are skipped
 * - CONTRACT_PUBLIC_CLIENT_ID single-page application; else skipped
 * - CONTRACT_USERS alice:PASSWORD,bob:PASSWORD,carol:PASSWORD (user names; they may be others)
 * - CONTRACT_RESOURCES indicators of the two API resources below, shopping first, if they are
 *   others
 * - CONTRACT_ORGANIZATIONS names of the two organizations below, Acme first, if they are others
 * - CONTRACT_BACKCHANNEL_PORT a port of this machine that Logto can reach: the back-channel logout
 *   URIs are
 *                                      http://<this machine>:<port>/client for the first
 *                                      application, with "session required", and /other for the
 *                                      second one, without; else skipped
 * - CONTRACT_M2M_ID, _SECRET machine-to-machine application with the Management API's role; else
 *   what needs
 *                                      an administrator is skipped. CONTRACT_M2M_RESOURCE: the
 *                                      Management API's indicator (default
 *                                      https://default.logto.app/api)
 *
 * What it asserts is what Logto 1.41.0 does, whichever server it runs against; docs/logto-facts.md
 * has each statement with what it rests on. A title that ends in (1.41) was seen there and not at
 * 1.37.1; one that ends in [S], or is in a group that does, is read in Logto's source and was seen
 * at neither. Every other one was seen at both.
 *
 * Users: alice (role admin) with her whole profile, address, custom data, e-mail address and phone
 * number set, bob (editor), carol (viewer) with a user name only. API resources
 * https://shopping.example.com/api (read, write) and https://store.example.com/api (read, delete);
 * admin has all of these permissions, editor shopping's and store's read, viewer shopping's read.
 * Organizations Acme and Globex with the roles admin (invite:member, remove:member, read:report,
 * and shopping's read and write) and member (read:report): alice is Acme's admin and a member of
 * Globex, bob a member of Acme, carol of none. Neither MFA nor a mandatory profile field may be on.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const port = process.env.CONTRACT_BACKCHANNEL_PORT;
  if (process.env.CONTRACT_ISSUER === undefined) {
    const receiver = await startReceiver(0);
    const standIn = await startStandIn(receiver.url);
    project.provide("server", standIn.server);
    return async () => {
      await standIn.close();
      await receiver.close();
    };
  }
  const server = serverOf(process.env);
  const receiver = port === undefined ? undefined : await startReceiver(Number(port));
  project.provide("server", { ...server, receiver: receiver?.url });
  return async () => receiver?.close();
}

function serverOf(env: NodeJS.ProcessEnv): Server {
  const uris = {
    redirectUri: env.CONTRACT_REDIRECT_URI ?? "http://localhost:3000/api/auth/callback/logto",
    postLogoutRedirectUri: env.CONTRACT_POST_LOGOUT_REDIRECT_URI ?? "http://localhost:3000/",
  };
  const client = (clientId: string | undefined, clientSecret?: string) =>
    clientId === undefined ? undefined : { clientId, clientSecret, ...uris };
  const [alice, bob, carol] = (env.CONTRACT_USERS ?? "").split(",").map((pair) => {
    const [username, ...password] = pair.split(":");
    return { username, password: password.join(":") };
  });
  const [shopping, store] = (env.CONTRACT_RESOURCES ?? Object.values(resources).join()).split(",");
  const [acme, globex] = (env.CONTRACT_ORGANIZATIONS ?? Object.values(organizations).join()).split(
    ",",
  );

  const result = serverSchema.safeParse({
    driver: env.CONTRACT_DRIVER ?? "logto",
    issuer: env.CONTRACT_ISSUER,
    client: client(env.CONTRACT_CLIENT_ID, env.CONTRACT_CLIENT_SECRET),
    otherClient: client(env.CONTRACT_OTHER_CLIENT_ID, env.CONTRACT_OTHER_CLIENT_SECRET),
    publicClient: client(env.CONTRACT_PUBLIC_CLIENT_ID),
    users: { alice, bob, carol },
    resources: { shopping, store },
    organizations: { acme, globex },
    management: env.CONTRACT_M2M_ID && {
      clientId: env.CONTRACT_M2M_ID,
      clientSecret: env.CONTRACT_M2M_SECRET,
      resource: env.CONTRACT_M2M_RESOURCE ?? "https://default.logto.app/api",
    },
  });
  if (!result.success)
    throw new Error(`The CONTRACT_* variables are wrong\n${z.prettifyError(result.error)}`);
  return result.data;
}
