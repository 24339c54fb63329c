import { expect, test } from "./fixtures";
import * as table from "./protected-paths";
import { signInByRequests } from "./requests";
import { testProtected } from "./route-responses";

testProtected(table, { examples: false });

test("a visitor's session is null, and an unknown path below a protected one redirects to the sign-in page", async ({
  request,
}) => {
  expect(await (await request.get("/api/auth/session")).json()).toBeNull();
  const response = await request.get("/dashboard/anything/below", { maxRedirects: 0 });
  expect([response.status(), response.headers().location]).toEqual([
    307,
    "/sign-in?callbackUrl=%2Fdashboard%2Fanything%2Fbelow",
  ]);
});

test("/api/auth/check and /api/token-info return the user and no secrets", async ({ context }) => {
  await signInByRequests(context, "bob");
  const user = { name: "Bob Park", username: "bob", email: "bob@example.com", roles: ["editor"] };
  expect(await (await context.request.get("/api/auth/check")).json()).toMatchObject({ user });
  const info = await context.request.get("/api/token-info");
  const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
  expect(await info.json()).toEqual({
    strategy: expect.stringMatching(/^(jwt|database)$/),
    startedAt: time,
    expiresAt: time,
    accessToken: { expiresAt: time },
    claims: expect.objectContaining({ sub: "p7c4w1n6zr5b", name: "Bob Park", roles: ["editor"] }),
  });
});
