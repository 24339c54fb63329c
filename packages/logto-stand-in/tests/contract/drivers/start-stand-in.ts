import { managementResource } from "../../../src/resources";
import { startLogto } from "../../../src/server";
import type { Client, Server } from "../server";

/** API resources and organizations of the stand-in's seed. */
export const resources = {
  shopping: "https://shopping.example.com/api",
  store: "https://store.example.com/api",
};
export const organizations = { acme: "Acme", globex: "Globex" };
const password = "logto-dev";

/**
 * Starts a separate stand-in on a free port, with a control endpoint. It sends logout tokens to
 * `receiver`.
 */
export async function startStandIn(
  receiver?: string,
): Promise<{ server: Server; control: string; close(): Promise<void> }> {
  const client = application("contract", "contract-secret");
  const otherClient = application("contract-other", "contract-other-secret");
  const publicClient = application("contract-public");
  const machineClient = application("contract-machine", "contract-machine-secret");
  const identity = await startLogto({
    port: 0,
    control: true,
    clients: [
      {
        ...registration(client),
        ...(receiver && {
          backchannelLogoutUri: `${receiver}/client`,
          backchannelLogoutSessionRequired: true,
        }),
      },
      {
        ...registration(otherClient),
        ...(receiver && { backchannelLogoutUri: `${receiver}/other` }),
        alwaysIssueRefreshToken: true,
      },
      registration(publicClient),
      { ...registration(machineClient), machineToMachine: true },
    ],
  });
  const control = `${identity.endpoint}/control`;
  const user = (username: string) => ({ username, password });
  return {
    server: {
      driver: "stand-in",
      issuer: identity.issuer,
      client,
      otherClient,
      publicClient,
      machineClient,
      management: {
        clientId: machineClient.clientId,
        clientSecret: "contract-machine-secret",
        resource: managementResource,
      },
      users: { alice: user("alice"), bob: user("bob"), carol: user("carol") },
      resources,
      organizations,
      receiver,
      control,
    },
    control,
    close: () => identity.close(),
  };
}

function application(clientId: string, clientSecret?: string): Client {
  return {
    clientId,
    clientSecret,
    redirectUri: "http://localhost:3000/api/auth/callback/logto",
    postLogoutRedirectUri: "http://localhost:3000/",
  };
}

function registration({ redirectUri, postLogoutRedirectUri, ...client }: Client) {
  return {
    ...client,
    redirectUris: [redirectUri],
    postLogoutRedirectUris: [postLogoutRedirectUri],
  };
}
