import { subscribe } from "node:diagnostics_channel";
import { IncomingMessage, ServerResponse } from "node:http";
import { z } from "zod";

const started = z.object({
  request: z.instanceof(IncomingMessage),
  response: z.instanceof(ServerResponse),
});

/**
 * Calls `handle` for every request of this process. Node.js reports a request before Next.js sees
 * it.
 */
export function onRequest(
  handle: (request: IncomingMessage, response: ServerResponse) => void,
): void {
  subscribe("http.server.request.start", (message) => {
    const { request, response } = started.parse(message);
    handle(request, response);
  });
}
