import { onTestFinished } from "vitest";
import { closeServer, listen } from "../../packages/logto-stand-in/src/listen";

/** Starts a server that returns the same response for every path, until the current test ends. */
export async function startServer(status: number, body: string, headers = {}) {
  const { port, servers } = await listen(
    0,
    (_request, response) => void response.writeHead(status, headers).end(body),
  );
  onTestFinished(async () => void (await Promise.all(servers.map(closeServer))));
  return { url: `http://localhost:${port}` };
}
