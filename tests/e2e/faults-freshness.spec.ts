import { cookiesOfRenewal } from "./storage";
import { expect, signInByRequests, test, visit } from "./stage";
import { expireAccessToken, readSession, writtenSessionCookies } from "./session-cookie";

const bob = "p7c4w1n6zr5b";

test("the request that renews shows what changed at Logto, and no request before it", async ({
  context,
  stage,
}) => {
  await signInByRequests(context, "bob");
  await stage.control.changeUser(bob, { roles: ["auditor"] });
  expect(await (await context.request.get("/api/auth/check")).json()).toMatchObject({
    user: { roles: ["editor"] },
  });
  for (const path of ["/api/auth/check", "/api/auth/session"]) {
    await expireAccessToken(context, stage);
    await stage.control.forgetRequests();
    const response = await context.request.get(path);
    expect(await response.json(), path).toMatchObject({ user: { roles: ["auditor"] } });
    expect(writtenSessionCookies(response), path).toHaveLength(cookiesOfRenewal(stage));
    expect(response.headers()["cache-control"], path).toMatch(/private.*no-store/);
    expect((await stage.control.requests()).byGrant.refresh_token, path).toBe(1);
  }
  await stage.control.changeUser(bob, { roles: ["reviewer"] });
  await expireAccessToken(context, stage);
  const page = await (await visit(context, "/dashboard", { maxRedirects: 0 })).text();
  expect(page).toContain("reviewer");
  expect(page).not.toContain("auditor");
});

test("40 parallel requests with one expiring cookie cause one token request, and all succeed", async ({
  context,
  stage,
}) => {
  await stage.control.change({ rotation: "always", graceInterval: 0 });
  await signInByRequests(context, "bob");
  const old = await expireAccessToken(context, stage);
  await stage.control.forgetRequests();
  const paths = ["/dashboard", "/api/auth/check", "/api/auth/session", "/api/token-info"];
  const responses = await Promise.all(
    Array.from({ length: 40 }, (_, index) =>
      visit(context, paths[index % 4] ?? "/", { maxRedirects: 0 }),
    ),
  );
  expect(responses.map((response) => response.status())).toEqual(
    Array.from({ length: 40 }, () => 200),
  );
  expect((await stage.control.requests()).byGrant.refresh_token).toBe(1);
  expect((await readSession(context, stage)).version).toBe(old.version + 1);
});
