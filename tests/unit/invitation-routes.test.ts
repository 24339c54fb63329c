import { NextRequest } from "next/server";
import { beforeEach, describe, expect, test, vi } from "vitest";
import {
  invite,
  revoke,
  sendAgain,
} from "@/app/(protected)/organizations/[id]/invitations/actions";
import { GET, POST } from "@/app/api/invitations/[token]/route";
import { SessionError } from "@/lib/session/model/errors";
import { parseStateParameter } from "@/lib/session/model/state-parameter";
import { documentOf } from "./documents";
import { variables } from "./environment";
import { redirectOf } from "./redirect";
import { requestWith } from "./request";
import { session } from "./sessions";

const origin = variables.AUTH_URL;
const issuer = variables.AUTH_LOGTO_ISSUER;
const invitations = vi.hoisted(() => ({
  acceptInvitation: vi.fn(),
  signInFields: vi.fn(),
  inviteMember: vi.fn(),
  resendInvitation: vi.fn(),
  revokeInvitation: vi.fn(),
}));
const logto = vi.hoisted(() => ({ refreshTokens: vi.fn(), revokeGrant: vi.fn() }));
vi.mock("@/lib/log", () => import("./mocks"));
vi.mock("@/lib/env", () => import("./environment"));
vi.mock("next/headers", () => import("./request"));
vi.mock("@/lib/invitations/invitations", async (original) => ({
  ...(await original<object>()),
  ...invitations,
}));
vi.mock("@/lib/logto/tokens", async (original) => ({ ...(await original<object>()), ...logto }));
vi.mock("@/lib/logto/client", async (original) => ({
  ...(await original<object>()),
  discover: async () => documentOf(issuer),
}));

const sub = "k3v9t2m8qx1a";
const member = () => session({ claims: { sub, organizations: ["acme"] } });

beforeEach(() => {
  vi.resetAllMocks();
});

describe("the form of an invitation's page", () => {
  const fields = {
    callbackUrl: "/api/invitations/x.return",
    login_hint: "bob@example.com",
    one_time_token: "0".repeat(32),
  };
  const context = { params: Promise.resolve({ token: "x.sign-in" }) };
  const sameOrigin = { origin, "sec-fetch-site": "same-origin" };

  async function post(headers: Record<string, string>, user = false) {
    const url = `${origin}/api/invitations/x.sign-in`;
    const request = new NextRequest(url, { method: "POST", headers });
    return (await requestWith(user ? session() : undefined, { headers })).run(() =>
      POST(request, context),
    );
  }

  test("signs the invited user in with a one-time token, and returns to accept", async () => {
    invitations.signInFields.mockResolvedValue(fields);
    const response = await post(sameOrigin);
    const location = new URL(response.headers.get("location") ?? "");
    expect(location.href).toMatch(`${issuer}/auth?`);
    expect(Object.fromEntries(location.searchParams)).toMatchObject({
      login_hint: "bob@example.com",
      one_time_token: fields.one_time_token,
    });
    expect(parseStateParameter(location.searchParams.get("state") ?? "").path).toBe(
      fields.callbackUrl,
    );
  });

  test.each<[Record<string, string>]>([
    [{ origin: "https://evil.example", "sec-fetch-site": "cross-site" }],
    [{ origin: "https://other.app.example", "sec-fetch-site": "same-site" }],
    [{ origin: "null" }],
    [{}],
  ])("does nothing for another site's page: %j", async (headers) => {
    expect((await post(headers, true)).status).toBe(403);
    expect(invitations.acceptInvitation).not.toHaveBeenCalled();
    expect(invitations.signInFields).not.toHaveBeenCalled();
  });

  test("accepts at once if the invited user is signed in", async () => {
    invitations.acceptInvitation.mockResolvedValue("acme");
    const response = await post(sameOrigin, true);
    expect(response.status).toBe(303);
    expect(response.headers.get("location")).toBe(`${origin}/organizations/acme`);
    expect(invitations.signInFields).not.toHaveBeenCalled();
  });

  test("leads back to the page if the invitation has ended, or Logto does not respond", async () => {
    const page = `${origin}/invitations/x.sign-in`;
    expect((await post(sameOrigin)).headers.get("location")).toBe(page);
    invitations.signInFields.mockRejectedValue(new SessionError("provider_unavailable", "down"));
    const response = await post(sameOrigin);
    expect(response.headers.get("location")).toBe(`${page}?error=provider_unavailable`);
  });

  test("after the sign-in the user becomes a member, or is told why not", async () => {
    const request = new NextRequest(`${origin}/api/invitations/x.return`);
    const get = async (user = true) =>
      (await requestWith(user ? session() : undefined)).run(() => GET(request, context));
    expect((await get(false)).status).toBe(401);
    expect((await get()).headers.get("location")).toBe(`${origin}/invitations/x.sign-in`);
    invitations.acceptInvitation.mockResolvedValue("acme");
    expect((await get()).headers.get("location")).toBe(`${origin}/organizations/acme`);
  });
});

describe("the actions of an administrator", () => {
  const page = "/organizations/acme/invitations";
  const acts = { invite, sendAgain, revoke };
  const tokenWith = (scopes: string[]) =>
    logto.refreshTokens.mockResolvedValue({
      accessToken: "jwt",
      expiresIn: 3600,
      refreshToken: "refresh-token-0",
      scopes,
      claims: undefined,
    });

  async function act(name: keyof typeof acts, fields: Record<string, string>, user = member()) {
    const form = new FormData();
    for (const [field, value] of Object.entries(fields)) form.set(field, value);
    return (await requestWith(user)).run(() => redirectOf(() => acts[name](form)));
  }
  const expectNothingDone = () => {
    for (const done of Object.values(invitations)) expect(done).not.toHaveBeenCalled();
  };

  test("the outcome is in the page's address", async () => {
    tokenWith(["invite:member"]);
    invitations.inviteMember.mockResolvedValue("sent");
    const target = "bob@example.com";
    expect(await act("invite", { organizationId: "acme", target })).toBe(`${page}?outcome=sent`);
    const user = expect.objectContaining({ id: sub });
    expect(invitations.inviteMember).toHaveBeenCalledExactlyOnceWith("acme", user, target);
  });

  test.each(["invite", "sendAgain", "revoke"] as const)(
    "%s needs the permission in this organization",
    async (name) => {
      tokenWith(["read:report"]);
      expect(await act(name, { organizationId: "acme", target: "x" })).toBe(
        `${page}?error=not_allowed`,
      );
      expect(await act(name, { organizationId: "globex", target: "x" })).toBe(
        "/organizations/globex/invitations?error=not_a_member",
      );
      expectNothingDone();
    },
  );

  test.each<[Record<string, string>]>([
    [{}],
    [{ organizationId: "acme" }],
    [{ organizationId: "../acme", target: "x" }],
    [{ organizationId: "acme", target: "x".repeat(301) }],
  ])("a form with wrong fields does nothing: %j", async (fields) => {
    expect(await act("invite", fields)).toBe("/organizations");
    expectNothingDone();
  });
});
