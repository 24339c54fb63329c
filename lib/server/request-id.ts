import { AsyncLocalStorage } from "node:async_hooks";
import { onRequest } from "./on-request";
import { processWide } from "@/lib/process-wide";

const requests = () => processWide("requests", () => new AsyncLocalStorage<string>());

/** The id of the current request; undefined outside of a request. */
export const requestId = (): string | undefined => requests().getStore();

/** The ids that are accepted from a proxy. The pattern has no room for anything but an id. */
const validId = /^[\w.:-]{1,128}$/;

/**
 * Assigns an id to every request of this process: the `X-Request-Id` of the proxy (on Vercel
 * `X-Vercel-Id`), or a new one. The response contains it, forwarded requests may contain it, and
 * every log line does. Node.js reports a request before Next.js sees it. So middleware, handlers,
 * actions and pages all run with the id. `AsyncLocalStorage.run` could wrap only one of them.
 */
export function identifyRequests(): void {
  onRequest((request, response) => {
    const received = request.headers["x-request-id"] ?? request.headers["x-vercel-id"];
    const id =
      typeof received === "string" && validId.test(received) ? received : crypto.randomUUID();
    request.headers["x-request-id"] = id;
    response.setHeader("x-request-id", id);
    requests().enterWith(id);
  });
}
