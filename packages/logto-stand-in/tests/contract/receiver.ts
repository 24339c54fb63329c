import { createServer } from "node:http";
import { text } from "node:stream/consumers";
import { z } from "zod";

export const receivedSchema = z.array(z.object({ path: z.string(), logoutToken: z.string() }));

/**
 * Starts a relying party's back-channel logout endpoint. It responds to each POST with 204 (OpenID
 * Connect Back-Channel Logout 1.0 §2.8). GET / lists the received logout tokens with their paths.
 * @param port 0 for any free port.
 */
export async function startReceiver(
  port: number,
): Promise<{ url: string; close(): Promise<void> }> {
  const received: z.infer<typeof receivedSchema> = [];
  const server = createServer((request, response) => {
    if (request.method !== "POST") {
      response.setHeader("content-type", "application/json").end(JSON.stringify(received));
      return;
    }
    void text(request).then((body) => {
      const logoutToken = new URLSearchParams(body).get("logout_token") ?? "";
      received.push({ path: request.url ?? "/", logoutToken });
      response.writeHead(204).end();
    });
  });
  await new Promise<void>((resolve, reject) => server.once("error", reject).listen(port, resolve));
  const address = z.object({ port: z.number() }).parse(server.address());
  return {
    url: `http://localhost:${address.port}`,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
