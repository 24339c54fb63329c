import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { avatar } from "./avatar.js";
import type { StandInClient } from "./clients.js";
import { createClock } from "./clock.js";
import { createControl } from "./control.js";
import { createInteractions, pageHeaders } from "./interactions.js";
import { closeServer, listen } from "./listen.js";
import type { Mail } from "./mail.js";
import { createManagementApi } from "./management-api.js";
import { accountCenterPage, homePage, notFoundPage } from "./pages.js";
import { createProvider } from "./provider.js";
import { defaultSettings } from "./settings.js";
import { seedTenant } from "./seed.js";
import { openState } from "./state.js";
import { tenantSchema, type Tenant as FullTenant, type TenantInput } from "./tenant.js";
import { Traffic } from "./traffic.js";
import { VerificationCodes } from "./verification-codes.js";
import { Webhooks, type Webhook } from "./webhooks.js";

export type { StandInClient, Mail };
export type Tenant = TenantInput;

export interface StandInOptions {
  /** 0: any free port. */
  port: number;
  /** The applications that sign in here. */
  clients: StandInClient[];
  /** Its people, roles, organizations and APIs. Default: alice, bob and carol, see seed.ts. */
  tenant?: Tenant;
  /**
   * File for users, keys and issued tokens, so that they survive a restart. Absent: memory only.
   */
  dataFile?: string;
  /** Enables the control endpoint, where tests change settings and inject faults. */
  control?: boolean;
  /** Where events are sent when the control endpoint changes users, roles or memberships. */
  webhooks?: Webhook[];
  /** Called with each mail. Without it mails are dropped; only the control endpoint shows them. */
  onMail?: (mail: Mail) => void;
}

export interface StandIn {
  endpoint: string;
  issuer: string;
  port: number;
  close(): Promise<void>;
}

/**
 * Starts the local stand-in for Logto on the loopback interface.
 * @throws ZodError if the tenant is not valid
 * @throws the error of `listen`, such as `EADDRINUSE`, when the port is in use.
 */
export async function startLogto(options: StandInOptions): Promise<StandIn> {
  const tenant = options.tenant ? tenantSchema.parse(options.tenant) : seedTenant;
  let handler: RequestListener = (_request, response) => void response.writeHead(503).end();
  const { port, servers } = await listen(options.port, (request, response) =>
    handler(request, response),
  );
  const endpoint = `http://localhost:${port}`;
  const settings = { ...defaultSettings };
  const clock = createClock(settings);
  const state = await openState(options.dataFile, tenant, clock);
  const traffic = options.control ? new Traffic() : undefined;
  const provider = createProvider({ endpoint, clients: options.clients, state, settings, traffic });
  const handleOidc = provider.callback();
  const deliver = (mail: Mail) => {
    traffic?.mails.push(mail);
    options.onMail?.(mail);
  };
  handler = route(
    provider.issuer,
    tenant,
    (request, response) => void handleOidc(request, response),
    {
      interaction: createInteractions({
        provider,
        directory: state.directory,
        codes: new VerificationCodes(clock),
        oneTimeTokens: state.oneTimeTokens,
        deliver,
        isDelivered: options.onMail !== undefined,
      }),
      api: createManagementApi({ state, issuer: provider.issuer, deliver, traffic }),
      control:
        traffic &&
        createControl(state, settings, traffic, new Webhooks(options.webhooks ?? [], clock)),
    },
  );

  return {
    endpoint,
    issuer: provider.issuer,
    port,
    async close() {
      await Promise.all(servers.map(closeServer));
      state.flush();
    },
  };
}

type Handler = (request: IncomingMessage, response: ServerResponse, url: URL) => Promise<void>;
type Handlers = Readonly<Record<string, Handler | undefined>>;

function route(
  issuer: string,
  tenant: FullTenant,
  oidc: RequestListener,
  handlers: Handlers,
): RequestListener {
  return (request, response) => {
    const url = new URL(request.url ?? "/", issuer);
    const [, first = "", second] = url.pathname.split("/");
    if (first === "oidc") return mount("/oidc", oidc)(request, response);
    const handler = Object.hasOwn(handlers, first) ? handlers[first] : undefined;
    if (handler)
      return void handler(request, response, url).catch((error: unknown) => fail(response, error));
    if (first === "avatars" && /^[a-z]+\.svg$/.test(second ?? "")) {
      return void response
        .writeHead(200, { "content-type": "image/svg+xml" })
        .end(avatar(second ?? ""));
    }
    if (first === "account")
      return void response.writeHead(200, pageHeaders).end(accountCenterPage());
    const page = url.pathname === "/" ? homePage(issuer, tenant.users) : notFoundPage();
    response.writeHead(url.pathname === "/" ? 200 : 404, pageHeaders).end(page);
  };
}

function fail(response: ServerResponse, error: unknown): void {
  console.error("logto-stand-in:", error);
  if (response.headersSent) response.destroy();
  else response.writeHead(500).end();
}

/**
 * Passes the path without its prefix to the library. `originalUrl` keeps the prefix, because the
 * library derives its own address from it. One `resource` parameter may hold several resources,
 * separated by commas (Logto facts: tokens); they are split in both URLs.
 */
function mount(prefix: string, listener: RequestListener): RequestListener {
  return (request, response) => {
    const originalUrl = splitResources(request.url ?? prefix);
    request.url = originalUrl.slice(prefix.length) || "/";
    listener(Object.assign(request, { originalUrl }), response);
  };
}

function splitResources(path: string): string {
  const [pathname = "", search] = path.split("?", 2);
  if (!search) return path;
  const parameters = new URLSearchParams(search);
  const resources = parameters.getAll("resource");
  if (!resources.some((resource) => resource.includes(","))) return path;
  parameters.delete("resource");
  for (const resource of resources.flatMap((value) => value.split(",")))
    parameters.append("resource", resource.trim());
  return `${pathname}?${parameters}`;
}
