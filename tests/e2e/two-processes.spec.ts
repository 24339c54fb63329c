import { once } from "node:events";
import { createServer, request } from "node:http";
import { z } from "zod";
import { startLogto } from "../../packages/logto-stand-in/src/server";
import { appClient, appVariables } from "../../dev/stand-in";
import { controlOf } from "../../packages/logto-stand-in/src/testing";
import { freePort, startApp } from "./servers";
import { readSession, sessionValue } from "./session-cookie";
import { expect, postAsApp, signInByRequests, test, visit } from "./stage";

test(
  "with pages and handlers in separate processes, a revoked grant leads to the sign-in page without a redirect loop",
  { tag: "@once" },
  async ({ browser, newStorage }) => {
    const port = await freePort();
    const url = `http://localhost:${port}`;
    const identity = await startLogto({ port: 0, control: true, clients: [appClient(url)] });
    const env = { ...appVariables(identity.issuer), AUTH_URL: url, AUTH_SECRET: "x".repeat(40) };
    const storage = await newStorage();
    const [pages, handlers] = await Promise.all([
      startApp(env, { storage }),
      startApp(env, { storage }),
    ]);
    const server = createServer((incoming, outgoing) => {
      const { port: target } = new URL(
        (incoming.url ?? "").startsWith("/api/") ? handlers.url : pages.url,
      );
      const { method, url: path, headers } = incoming;
      const upstream = request({ port: target, method, path, headers }, (response) => {
        outgoing.writeHead(response.statusCode ?? 502, response.headers);
        response.pipe(outgoing);
      });
      incoming.pipe(upstream);
    }).listen(port);
    await once(server, "listening");
    const context = await browser.newContext({ baseURL: url });
    try {
      await signInByRequests(context, "bob");
      const { refreshToken, claims } = await readSession(context, pages);
      await postAsApp(controlOf(identity.endpoint), "token/revocation", {
        token: refreshToken ?? "",
        token_type_hint: "refresh_token",
      });
      const [organization = ""] = z.array(z.string()).parse(claims.organizations);
      const first = await visit(context, `/organizations/${organization}`, { maxRedirects: 0 });
      const { pathname, search } = new URL(first.headers().location ?? "", url);
      expect(pathname + search).toMatch(/^\/sign-in\?error=SessionEnded&/);
      // The other process still considers the session valid, and yet does not redirect back.
      const second = await fetch(handlers.url + pathname + search, {
        headers: {
          "x-forwarded-host": new URL(url).host,
          cookie: `authjs.session-token=${await sessionValue(context)}`,
          "sec-fetch-mode": "navigate",
        },
        redirect: "manual",
      });
      expect(second.status).toBe(200);
    } finally {
      await context.close();
      server.closeAllConnections();
      server.close();
      await Promise.all([pages.stop(), handlers.stop()]);
      await identity.close();
      await storage.close();
    }
  },
);
