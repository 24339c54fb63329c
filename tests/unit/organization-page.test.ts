import { renderToStaticMarkup } from "react-dom/server";
import { beforeEach, expect, test, vi } from "vitest";
import OrganizationPage from "@/app/(protected)/organizations/[id]/page";
import { sessionErrors } from "@/lib/session/model/error-messages";
import type { UserClaims } from "@/lib/logto/claims";
import { LogtoError } from "@/lib/logto/errors";
import { requestWith } from "./request";
import { session } from "./sessions";

const logto = vi.hoisted(() => ({
  refreshTokens: vi.fn(),
  revokeGrant: vi.fn(),
  fetchUserinfo: vi.fn(),
}));
vi.mock("@/lib/logto/tokens", () => logto);
vi.mock("@/lib/log", () => ({ log: { info: vi.fn(), warn: vi.fn(), error: vi.fn() } }));
vi.mock("next/headers", () => import("./request"));
vi.mock("@/lib/env", () => import("./environment"));

const sub = "k3v9t2m8qx1a";
const token = { accessToken: "jwt", expiresIn: 3600, refreshToken: "r", scopes: ["read:report"] };

/** Renders an organization's page for a member of Acme whose userinfo response is given. */
async function renderPage(id: string, userinfo: Partial<UserClaims> | LogtoError) {
  if (userinfo instanceof LogtoError) logto.fetchUserinfo.mockRejectedValue(userinfo);
  else logto.fetchUserinfo.mockResolvedValue({ sub, ...userinfo });
  const request = await requestWith(session({ claims: { sub, organizations: ["acme"] } }), {
    isPage: true,
  });
  const params = Promise.resolve({ id });
  return renderToStaticMarkup(
    await request.run(() => OrganizationPage({ params, searchParams: Promise.resolve({}) })),
  );
}

const withOrganizations = (...ids: string[]) => ({
  organization_data: ids.map((id) => ({ id, name: id.toUpperCase() })),
});

beforeEach(() => {
  vi.clearAllMocks();
  logto.refreshTokens.mockResolvedValue(token);
});

test("the page shows the permissions of the organization's token", async () => {
  const page = await renderPage("acme", withOrganizations("acme"));
  expect(page).toContain("ACME");
  expect(page).toContain("read:report");
});

test("a member has access while userinfo is unavailable", async () => {
  expect(await renderPage("acme", new LogtoError("unavailable", "no response"))).toContain(
    "read:report",
  );
});

test.each(["globex", "acm", "acme%20", "__proto__", "constructor"])(
  "no token is requested for an organization that the user is not a member of: %s",
  async (id) => {
    expect(await renderPage(id, withOrganizations("acme"))).toContain(
      sessionErrors.not_a_member.text,
    );
    expect(await renderPage(id, withOrganizations())).toContain(sessionErrors.not_a_member.text);
    expect(logto.refreshTokens).not.toHaveBeenCalled();
  },
);

test("a user who became a member since the last renewal has access", async () => {
  expect(await renderPage("globex", withOrganizations("acme", "globex"))).toContain("GLOBEX");
});

test("the page reports an outage, not a missing membership, while userinfo is unavailable", async () => {
  const page = await renderPage("globex", new LogtoError("unavailable", "no response"));
  expect(page).toContain(sessionErrors.provider_unavailable.text);
  expect(logto.refreshTokens).not.toHaveBeenCalled();
});

test("without organizations in userinfo, the token request decides", async () => {
  logto.refreshTokens.mockRejectedValue(new LogtoError("insufficient_scope", "scope missing"));
  expect(await renderPage("globex", {})).toContain(sessionErrors.scope_missing.text);
});
