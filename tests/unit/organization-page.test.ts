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

/** Opens an organization's page as a member of Acme, whom userinfo says this of. */
async function open(id: string, userinfo: Partial<UserClaims> | LogtoError) {
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

const listed = (...ids: string[]) => ({
  organization_data: ids.map((id) => ({ id, name: id.toUpperCase() })),
});

beforeEach(() => {
  vi.clearAllMocks();
  logto.refreshTokens.mockResolvedValue(token);
});

test("an organization's page shows what its token grants", async () => {
  const page = await open("acme", listed("acme"));
  expect(page).toContain("ACME");
  expect(page).toContain("read:report");
});

test("a member is let in while userinfo can't be had", async () => {
  expect(await open("acme", new LogtoError("unavailable", "no answer"))).toContain("read:report");
});

test.each(["globex", "acm", "acme%20", "__proto__", "constructor"])(
  "no token is asked for an organization that is none of the user's: %s",
  async (id) => {
    expect(await open(id, listed("acme"))).toContain(sessionErrors.not_a_member.text);
    expect(await open(id, listed())).toContain(sessionErrors.not_a_member.text);
    expect(logto.refreshTokens).not.toHaveBeenCalled();
  },
);

test("who became a member since the session's last renewal is let in", async () => {
  expect(await open("globex", listed("acme", "globex"))).toContain("GLOBEX");
});

test("nobody is refused while nobody can tell", async () => {
  const page = await open("globex", new LogtoError("unavailable", "no answer"));
  expect(page).toContain(sessionErrors.provider_unavailable.text);
  expect(logto.refreshTokens).not.toHaveBeenCalled();
});

test("where Logto lists no organizations, its token decides", async () => {
  logto.refreshTokens.mockRejectedValue(new LogtoError("insufficient_scope", "scope missing"));
  expect(await open("globex", {})).toContain(sessionErrors.scope_missing.text);
});
