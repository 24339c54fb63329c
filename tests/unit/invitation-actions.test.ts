import { beforeEach, expect, test, vi } from "vitest";
import { accept } from "@/app/(protected)/invitations/[id]/actions";
import { changeInvitations } from "@/app/(protected)/organizations/[id]/invitations/actions";
import { SessionError } from "@/lib/session/model/errors";
import { refreshTokens } from "./mocks";
import { redirectOf } from "./redirect";
import { requestWith } from "./request";
import { session, subject as sub, tokenResponse } from "./sessions";

const invitations = vi.hoisted(() => ({
  acceptInvitation: vi.fn(),
  inviteMember: vi.fn(),
  resendInvitation: vi.fn(),
  revokeInvitation: vi.fn(),
}));
vi.mock("@/lib/log", () => import("./mocks"));
vi.mock("@/lib/env", () => import("./environment"));
vi.mock("@/lib/logto/tokens", () => import("./mocks"));
vi.mock("next/headers", () => import("./request"));
vi.mock("@/lib/invitations/invitations", async (original) => ({
  ...(await original<object>()),
  ...invitations,
}));

const page = "/organizations/acme/invitations";
const fields = { act: "invite", organizationId: "acme", target: "bob@example.com" };
const user = expect.objectContaining({ id: sub });

/** Submits a form as a member of Acme. @returns where it leads */
async function submit(
  action: (form: FormData) => Promise<void>,
  values: Record<string, string>,
  scopes = ["invite:member"],
) {
  refreshTokens.mockResolvedValue(tokenResponse({ scopes }));
  const form = new FormData();
  for (const [name, value] of Object.entries(values)) form.set(name, value);
  const request = await requestWith(session({ claims: { sub, organizations: ["acme"] } }));
  return request.run(() => redirectOf(() => action(form)));
}

beforeEach(() => {
  for (const mock of Object.values(invitations)) mock.mockReset().mockResolvedValue("sent");
});

test.each([
  ["invite", "inviteMember"],
  ["send again", "resendInvitation"],
  ["revoke", "revokeInvitation"],
] as const)("the outcome of %j is in the page's address", async (act, name) => {
  expect(await submit(changeInvitations, { ...fields, act })).toBe(`${page}?outcome=sent`);
  const inviter = { organizationId: "acme", user };
  expect(invitations[name]).toHaveBeenCalledExactlyOnceWith(inviter, fields.target);
});

test.each<[string, Record<string, string>, string[]?]>([
  [`${page}?error=not_allowed`, fields, ["read:report"]],
  ["/organizations/globex/invitations?error=not_a_member", { ...fields, organizationId: "globex" }],
  [
    "/organizations/..%2Facme/invitations?error=not_a_member",
    { ...fields, organizationId: "../acme" },
  ],
  ["/organizations", { ...fields, act: "accept" }],
  ["/organizations", {}],
])("a form that leads to %s does nothing: %j", async (path, values, scopes) => {
  expect(await submit(changeInvitations, values, scopes)).toBe(path);
  for (const mock of Object.values(invitations)) expect(mock).not.toHaveBeenCalled();
});

test("the page of an accepted invitation leads on, and shows why it failed", async () => {
  expect(await submit(accept, { id: "x/1" })).toBe("/invitations/x%2F1");
  expect(invitations.acceptInvitation).toHaveBeenCalledExactlyOnceWith(user, "x/1");
  invitations.acceptInvitation.mockRejectedValue(new SessionError("provider_unavailable", "down"));
  expect(await submit(accept, { id: "x" })).toBe("/invitations/x?error=provider_unavailable");
  expect(await submit(accept, {})).toBe("/organizations");
});
