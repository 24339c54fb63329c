import type { IncomingMessage, ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { z } from "zod";
import { NotFoundError, type ControlRoute } from "./control-route.js";
import { createUserAdministration } from "./control-users.js";
import { oneTimeTokenSchema } from "./one-time-tokens.js";
import { faultSchema } from "./faults.js";
import { settingsSchema, type Settings } from "./settings.js";
import type { State } from "./state.js";
import type { Traffic } from "./traffic.js";
import type { Webhooks } from "./webhooks.js";

const newWebhook = z.strictObject({ url: z.url(), signingKey: z.string().min(1).optional() });

/**
 * The control endpoint, through which tests control the stand-in. Requests and responses are JSON.
 * It exists only when a test starts the stand-in with `control: true`, and needs no credentials.
 */
export function createControl(
  state: State,
  settings: Settings,
  traffic: Traffic,
  webhooks: Webhooks,
) {
  const routes: Record<string, ControlRoute> = {
    "GET settings": () => settings,
    "PATCH settings": (body) => Object.assign(settings, settingsSchema.partial().parse(body)),
    "GET faults": () => traffic.faults,
    "POST faults": (body) => void traffic.faults.push(faultSchema.parse(body)),
    "DELETE faults": () => void (traffic.faults = []),
    "GET requests": () => traffic.requests,
    "DELETE requests": () => traffic.forgetRequests(),
    "GET issued": () => traffic.issued,
    "GET mails": () => traffic.mails,
    "GET logout-tokens": () => traffic.logoutTokens,
    "POST one-time-tokens": (body) => {
      const created = state.oneTimeTokens.create(oneTimeTokenSchema.parse(body));
      const { token: value } = created;
      traffic.issued.push({ kind: "one_time_token", value, sub: undefined, clientId: undefined });
      return created;
    },
    "DELETE sessions": () => state.records.clear("Session"),
    "POST webhooks": (body) => webhooks.add(newWebhook.parse(body)),
    "DELETE webhooks/:id": (_body, id) => webhooks.remove(id),
    ...createUserAdministration(state, webhooks),
  };

  return async (request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> => {
    if (!isFromProgram(request))
      return send(response, 403, { message: "A web page must not use this." });
    const [, , collection = "", id] = url.pathname.split("/");
    const name = `${request.method} ${collection}${id ? "/:id" : ""}`;
    const route = Object.hasOwn(routes, name) ? routes[name] : undefined;
    if (!route) return send(response, 404, { message: `There is no ${name}.` });
    try {
      const content = await text(request);
      const body: unknown = await route(
        content ? JSON.parse(content) : {},
        decodeURIComponent(id ?? ""),
      );
      return body === undefined ? void response.writeHead(204).end() : send(response, 200, body);
    } catch (error) {
      if (error instanceof NotFoundError) return send(response, 404, { message: error.message });
      if (error instanceof z.ZodError)
        return send(response, 400, { message: z.prettifyError(error) });
      if (error instanceof SyntaxError)
        return send(response, 400, { message: "The body is not valid JSON." });
      throw error;
    }
  };
}

/**
 * False for a page of another site: its browser sends `Origin`, or the host name by which the page
 * reaches this port (DNS rebinding).
 */
function isFromProgram({ headers: { origin, host = "" } }: IncomingMessage): boolean {
  return origin === undefined && /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/.test(host);
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}
