import type { TestProject } from "vitest/node";
import { z } from "zod";
import { organizations, resources, startStandIn } from "./drivers/start-stand-in";
import { startReceiver } from "./receiver";
import { serverSchema, type Server } from "./server";

/**
 * Chooses the OIDC server under test. Without CONTRACT_ISSUER it is the local stand-in, in this
 * process on a free port. With CONTRACT_ISSUER it is the server of that issuer. A Logto server must
 * be configured as follows.
 *
 * Variables (tests that need an optional one are skipped without it):
 *
 * - CONTRACT_ISSUER: https://<endpoint>/oidc
 * - CONTRACT_DRIVER: how to sign in without a browser, "logto" (default) or "stand-in"
 * - CONTRACT_CLIENT_ID, _SECRET: a traditional web application with refresh token rotation on and a
 *   refresh token lifetime of 14 days
 * - CONTRACT_REDIRECT_URI, CONTRACT_POST_LOGOUT_REDIRECT_URI: registered with every application
 *   listed here. Default: the starter's own (http://localhost:3000/api/auth/callback/logto,
 *   http://localhost:3000/)
 * - CONTRACT_OTHER_CLIENT_ID, _SECRET (optional): a second web application with "always issue
 *   refresh token"
 * - CONTRACT_PUBLIC_CLIENT_ID (optional): a single-page application
 * - CONTRACT_USERS: alice:PASSWORD,bob:PASSWORD,carol:PASSWORD. Other usernames are possible
 * - CONTRACT_RESOURCES: the indicators of the two API resources, shopping first, if they differ
 *   from those below
 * - CONTRACT_ORGANIZATIONS: the names of the two organizations, Acme first, if they differ from
 *   those below
 * - CONTRACT_BACKCHANNEL_PORT (optional): a port of this machine that Logto can reach. The
 *   back-channel logout URI of the first application is http://<this machine>:<port>/client, with
 *   "session required". That of the second one ends in /other, without "session required"
 * - CONTRACT_M2M_ID, _SECRET (optional): a machine-to-machine application with the Management API's
 *   role, for tests that need an administrator. CONTRACT_M2M_RESOURCE: the Management API's
 *   indicator (default https://default.logto.app/api)
 *
 * Tenant:
 *
 * - Users: alice (role admin) with a complete profile, address, custom data, e-mail address and
 *   phone number; bob (editor); carol (viewer) with a username only
 * - API resources: https://shopping.example.com/api (read, write) and https://store.example.com/api
 *   (read, delete). The role admin has all of these permissions, editor has both of shopping and
 *   read of store, viewer has read of shopping
 * - Organizations: Acme and Globex, with the roles admin (invite:member, remove:member,
 *   read:report, and read and write of shopping) and member (read:report). Alice is admin of Acme
 *   and member of Globex, bob is member of Acme, carol is in no organization
 * - MFA and mandatory profile fields are off
 *
 * The tests assert what Logto 1.41.0 does, whichever server they run against. docs/logto-facts.md
 * gives the source of each statement. A title that ends in (1.41) was observed at 1.41.0 only. A
 * title that ends in [S], or whose group does, was read in Logto's source and observed at neither,
 * and one that ends in [D] only in its documentation.
 * All others were observed at both.
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
    machineClient: client(env.CONTRACT_M2M_ID, env.CONTRACT_M2M_SECRET),
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
