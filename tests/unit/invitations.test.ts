import { beforeEach, expect, test, vi } from "vitest";
import {
  acceptInvitation,
  invitationFor,
  inviteMember,
  pendingInvitations,
  resendInvitation,
  revokeInvitation,
} from "@/lib/invitations/invitations";
import { SessionError } from "@/lib/session/model/errors";
import type { SessionUser } from "@/lib/session/model/public-session";
import { variables } from "./environment";
import { log } from "./mocks";

const logto = vi.hoisted(() => ({
  findInvitation: vi.fn(),
  listInvitations: vi.fn(),
  createInvitation: vi.fn(),
  mailInvitation: vi.fn(),
  endInvitation: vi.fn(),
  createOneTimeToken: vi.fn(),
  revokeOneTimeTokens: vi.fn(),
}));
const getAccessToken = vi.hoisted(() => vi.fn());
vi.mock("@/lib/log", () => import("./mocks"));
vi.mock("@/lib/env", () => import("./environment"));
vi.mock("@/lib/session/access-token", () => ({ getAccessToken }));
vi.mock("@/lib/invitations/at-logto", () => ({
  atLogto: (use: (api: typeof logto) => unknown) => use(logto),
}));

const id = "invitation1";
const week = 7 * 24 * 60 * 60;
const pending = {
  id,
  organizationId: "acme",
  inviterId: "alice",
  invitee: "Bob@example.com",
  status: "Pending",
  acceptedUserId: null,
  expiresAt: Date.now() + week * 1000,
};
const accepted = { ...pending, status: "Accepted", acceptedUserId: "bob" };
const user = (changes: Partial<SessionUser> = {}): SessionUser => ({
  id: "bob",
  name: "Bob",
  username: null,
  email: "bob@example.com",
  emailVerified: true,
  image: null,
  roles: [],
  organizations: [],
  organizationRoles: [],
  ...changes,
});
/** Someone whose limit no other test uses. */
let inviter: { organizationId: string; user: SessionUser };
let invitee: string;
let tests = 0;

beforeEach(() => {
  vi.resetAllMocks();
  tests += 1;
  inviter = { organizationId: "acme", user: user({ id: `inviter${tests}` }) };
  invitee = `bob${tests}@example.com`;
  logto.findInvitation.mockResolvedValue(pending);
  logto.createInvitation.mockImplementation(async (details: object) => ({
    ...pending,
    ...details,
  }));
  logto.endInvitation.mockResolvedValue(pending);
  logto.createOneTimeToken.mockResolvedValue({ token: "one-time" });
});

test("the mail has a link on the host of AUTH_URL, which is nowhere else and valid for a week", async () => {
  expect(await inviteMember(inviter, ` ${invitee.toUpperCase()} `)).toBe("sent");
  const query = new URLSearchParams({
    one_time_token: "one-time",
    login_hint: invitee,
    callbackUrl: `/invitations/${id}`,
  });
  const link = `${variables.AUTH_URL}/sign-in?${query.toString()}`;
  expect(logto.mailInvitation).toHaveBeenCalledExactlyOnceWith(id, link);
  expect(logto.createOneTimeToken).toHaveBeenCalledExactlyOnceWith(invitee, week);
  expect(JSON.stringify(log.info.mock.calls)).not.toContain("one-time");
});

test.each(["", "bob", "bob@example.com, eve@example.com", `${"b".repeat(117)}@example.com`])(
  "nobody is invited at %j",
  async (address) => {
    expect(await inviteMember(inviter, address)).toBe("invalid_address");
    expect(logto.createInvitation).not.toHaveBeenCalled();
  },
);

test("an address gets no more than three mails an hour", async () => {
  for (const outcome of ["sent", "sent", "sent", "too_many"])
    expect(await inviteMember(inviter, invitee)).toBe(outcome);
  expect(logto.createInvitation).toHaveBeenCalledTimes(3);
});

test("a member, or a user with an open invitation, gets no mail", async () => {
  logto.createInvitation.mockResolvedValue(undefined);
  expect(await inviteMember(inviter, invitee)).toBe("not_possible");
  expect(logto.createOneTimeToken).not.toHaveBeenCalled();
});

test.each(["createOneTimeToken", "mailInvitation"] as const)(
  "if %s fails, the user is invited, and the mail can be sent again",
  async (name) => {
    logto[name].mockRejectedValueOnce(new SessionError("provider_unavailable", "down"));
    expect(await inviteMember(inviter, invitee)).toBe("mail_failed");
    expect(log.error).toHaveBeenCalledOnce();
    expect(JSON.stringify(log.error.mock.calls)).not.toContain("one-time");
    logto.findInvitation.mockResolvedValue({ ...pending, invitee });
    expect(await resendInvitation(inviter, id)).toBe("sent");
  },
);

test.each([
  ["is another organization's", { ...pending, organizationId: "globex" }],
  ["was accepted", accepted],
  ["does not exist", undefined],
])("an invitation that %s is neither sent again nor revoked", async (_what, found) => {
  logto.findInvitation.mockResolvedValue(found);
  expect(await resendInvitation(inviter, id)).toBe("ended");
  expect(await revokeInvitation(inviter, id)).toBe("ended");
  expect(logto.createOneTimeToken).not.toHaveBeenCalled();
  expect(logto.endInvitation).not.toHaveBeenCalled();
});

test("an id that is none of Logto's does not reach it", async () => {
  expect(await revokeInvitation(inviter, "../users/alice")).toBe("ended");
  expect(await invitationFor(user(), "")).toBeUndefined();
  expect(logto.findInvitation).not.toHaveBeenCalled();
});

test("an invitation whose links can't be revoked stays open", async () => {
  logto.revokeOneTimeTokens.mockRejectedValueOnce(new SessionError("provider_unavailable", "down"));
  await expect(revokeInvitation(inviter, id)).rejects.toThrow("down");
  expect(logto.endInvitation).not.toHaveBeenCalled();
  expect(await revokeInvitation(inviter, id)).toBe("revoked");
  expect(logto.revokeOneTimeTokens).toHaveBeenLastCalledWith(pending.invitee);
});

test("only pending invitations are listed", async () => {
  logto.listInvitations.mockResolvedValue([pending, accepted]);
  expect(await pendingInvitations("acme")).toEqual([pending]);
});

test("the invited user becomes a member, and the session learns of it", async () => {
  await acceptInvitation(user(), id);
  const body = { status: "Accepted", acceptedUserId: "bob" };
  expect(logto.endInvitation).toHaveBeenCalledExactlyOnceWith(id, body);
  expect(getAccessToken).toHaveBeenCalledExactlyOnceWith({ organizationId: "acme" });
});

test.each([
  ["with another address", pending, { email: "eve@example.com" }],
  ["without an address", pending, { email: null }],
  ["whose address is not verified", pending, { emailVerified: false }],
  ["of a revoked invitation", { ...pending, status: "Revoked" }, {}],
  ["of an expired invitation", { ...pending, status: "Expired" }, {}],
  ["who is not the one who accepted it", accepted, { id: "eve" }],
])("a user %s neither sees nor accepts it", async (_what, found, changes) => {
  logto.findInvitation.mockResolvedValue(found);
  expect(await invitationFor(user(changes), id)).toBeUndefined();
  await acceptInvitation(user(changes), id);
  expect(logto.endInvitation).not.toHaveBeenCalled();
});

test("accepting again does nothing, also with another address", async () => {
  logto.findInvitation.mockResolvedValue(accepted);
  const changed = user({ email: "new@example.com" });
  expect(await invitationFor(changed, id)).toBe(accepted);
  await acceptInvitation(changed, id);
  expect(logto.endInvitation).not.toHaveBeenCalled();
});
