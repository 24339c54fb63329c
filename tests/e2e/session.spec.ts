import { expect, test } from "./fixtures";
import { signInByRequests } from "./requests";
import { writtenSessionCookies } from "./session-cookie";

const paths = [
  "/",
  "/dashboard",
  "/profile",
  "/sign-in",
  "/api/auth/session",
  "/api/auth/check",
  "/api/auth/csrf",
];

/** Headers of a page load, and of the client router's fetch of the page's React payload. */
const documentAndPayload: Record<string, string>[] = [{}, { rsc: "1" }];

test("no response writes an unchanged session or has a token", async ({ context, identity }) => {
  await signInByRequests(context, "alice");
  // The fixture `noLeaks` searches them for tokens.
  for (const headers of documentAndPayload)
    await Promise.all(
      paths.map(async (path) => {
        const response = await context.request.get(path, { headers, maxRedirects: 0 });
        expect(response.status(), path).toBeLessThan(400);
        expect(writtenSessionCookies(response), path).toEqual([]);
      }),
    );
  expect((await identity.requests()).byGrant.refresh_token).toBeUndefined();
});
