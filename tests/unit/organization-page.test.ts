import "./mock-request";
import { renderToStaticMarkup } from "react-dom/server";
import { beforeEach, expect, test } from "vitest";
import OrganizationPage from "@/app/(protected)/organizations/[id]/page";
import { sessionErrors } from "@/lib/session/model/error-messages";
import type { UserClaims } from "@/lib/logto/claims";
import { LogtoError } from "@/lib/logto/errors";
import { fetchUserinfo, refreshTokens } from "./mocks";
import { requestWith } from "./request";
import { session, subject as sub, tokenResponse } from "./sessions";

/** Renders an organization's page for a member of Acme whose userinfo response is given. */
async function renderPage(id: string, userinfo: Partial<UserClaims> | LogtoError) {
  if (userinfo instanceof LogtoError) fetchUserinfo.mockRejectedValue(userinfo);
  else fetchUserinfo.mockResolvedValue({ sub, ...userinfo });
  const token = session({ claims: { sub, organizations: ["acme"] } });
  const request = await requestWith(token, { isPage: true });
  const params = Promise.resolve({ id });
  return renderToStaticMarkup(
    await request.run(() => OrganizationPage({ params, searchParams: Promise.resolve({}) })),
  );
}

const withOrganizations = (...ids: string[]) => ({
  organization_data: ids.map((id) => ({ id, name: id.toUpperCase() })),
});

const outage = new LogtoError("unavailable", "no response");

beforeEach(() => void refreshTokens.mockResolvedValue(tokenResponse({ scopes: ["read:report"] })));

test("a member has access while userinfo is unavailable", async () => {
  expect(await renderPage("acme", outage)).toContain("read:report");
});

test.each(["globex", "acm", "acme%20", "__proto__", "constructor"])(
  "no token is requested for an organization that the user is not a member of: %s",
  async (id) => {
    for (const userinfo of [withOrganizations("acme"), withOrganizations()])
      expect(await renderPage(id, userinfo)).toContain(sessionErrors.not_a_member.text);
    expect(refreshTokens).not.toHaveBeenCalled();
  },
);

test("a user who became a member since the last renewal has access", async () => {
  expect(await renderPage("globex", withOrganizations("acme", "globex"))).toContain("GLOBEX");
});

test("the page reports an outage, not a missing membership, while userinfo is unavailable", async () => {
  expect(await renderPage("globex", outage)).toContain(sessionErrors.provider_unavailable.text);
  expect(refreshTokens).not.toHaveBeenCalled();
});

test("without organizations in userinfo, the token request decides", async () => {
  refreshTokens.mockRejectedValue(new LogtoError("insufficient_scope", "scope missing"));
  expect(await renderPage("globex", {})).toContain(sessionErrors.scope_missing.text);
});
