import { AsyncLocalStorage } from "node:async_hooks";
import { onRequest } from "./on-request";
import { processWide } from "@/lib/process-wide";

const requests = () => processWide("requests", () => new AsyncLocalStorage<string>());

/** The id of the request that is being answered; undefined outside of one. */
export const requestId = (): string | undefined => requests().getStore();

/** What a proxy may have sent: no room for anything but an id. */
const sane = /^[\w.:-]{1,128}$/;

/**
 * Gives every request of this process an id: the proxy's `X-Request-Id` (Vercel's `X-Vercel-Id`),
 * or a new one. The answer has it, whatever is forwarded may have it, and so has each line of the
 * log. Node.js tells of a request before Next.js sees it, so that middleware, handlers, actions and
 * pages all run with it; AsyncLocalStorage.run could wrap no more than one of them.
 */
export function identifyRequests(): void {
  onRequest((request, response) => {
    const given = request.headers["x-request-id"] ?? request.headers["x-vercel-id"];
    const id = typeof given === "string" && sane.test(given) ? given : crypto.randomUUID();
    request.headers["x-request-id"] = id;
    response.setHeader("x-request-id", id);
    requests().enterWith(id);
  });
}
