import { beforeEach, expect, test, vi } from "vitest";
import {
  acceptInvitation,
  describeInvitation,
  inviteMember,
  pendingInvitations,
  resendInvitation,
  revokeInvitation,
  signInFields,
} from "@/lib/invitations/invitations";
import { invitationToken } from "@/lib/invitations/link";
import { LogtoError } from "@/lib/logto/errors";
import type { SessionUser } from "@/lib/session/model/public-session";
import { variables } from "./environment";
import { log } from "./mocks";

const api = vi.hoisted(() => ({
  findInvitation: vi.fn(),
  listInvitations: vi.fn(),
  createInvitation: vi.fn(),
  mailInvitation: vi.fn(),
  revokeInvitation: vi.fn(),
  acceptInvitation: vi.fn(),
  findOrganization: vi.fn(),
  findUser: vi.fn(),
  createOneTimeToken: vi.fn(),
}));
const getAccessToken = vi.hoisted(() => vi.fn());
vi.mock("@/lib/log", () => import("./mocks"));
vi.mock("@/lib/env", () => import("./environment"));
vi.mock("@/lib/session/access-token", () => ({ getAccessToken }));
vi.mock("@/lib/logto/management", async (original) => ({
  ...(await original<object>()),
  managementApi: () => api,
}));

const id = "invitation1";
const signIn = invitationToken(id, "sign-in");
const pending = {
  id,
  organizationId: "acme",
  inviterId: "alice",
  invitee: "Bob@example.com",
  status: "Pending",
  acceptedUserId: null,
  expiresAt: 0,
};
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
/** A user whose limit no other test uses. */
let inviter: SessionUser;
let tests = 0;

beforeEach(() => {
  vi.resetAllMocks();
  tests += 1;
  inviter = user({ id: `inviter${tests}` });
  const invitee = `bob${tests}@example.com`;
  api.findInvitation.mockResolvedValue(pending);
  api.createInvitation.mockResolvedValue({ ...pending, invitee });
  api.mailInvitation.mockResolvedValue(null);
  api.revokeInvitation.mockResolvedValue(pending);
  api.acceptInvitation.mockResolvedValue(pending);
  api.findOrganization.mockResolvedValue({ name: "Acme" });
  api.findUser.mockResolvedValue({ name: null, username: "alice" });
  api.createOneTimeToken.mockResolvedValue({ token: "one-time" });
  getAccessToken.mockResolvedValue({});
});

const invite = (address = `bob${tests}@example.com`) => inviteMember("acme", inviter, address);
const logged = () => JSON.stringify(Object.values(log).flatMap(({ mock }) => mock.calls));

test("the mail has a link on the host of AUTH_URL, which is nowhere else", async () => {
  expect(await invite()).toBe("sent");
  const link = `${variables.AUTH_URL}/invitations/${signIn}`;
  expect(api.mailInvitation).toHaveBeenCalledExactlyOnceWith(id, link);
  expect(logged()).not.toContain(signIn);
});

test.each([
  "",
  "bob",
  "bob@",
  "bob@example.com, eve@example.com",
  `${"b".repeat(250)}@example.com`,
])("nobody is invited at %j", async (address) => {
  expect(await invite(address)).toBe("invalid_address");
  expect(api.createInvitation).not.toHaveBeenCalled();
});

test("an address gets no more than three mails an hour, whoever sends them", async () => {
  for (const each of ["sent", "sent", "sent", "too_many"]) expect(await invite()).toBe(each);
  expect(api.createInvitation).toHaveBeenCalledTimes(3);
});

test("a member, or a user with an open invitation, is not invited", async () => {
  api.createInvitation.mockResolvedValue(undefined);
  expect(await invite()).toBe("not_possible");
  expect(api.mailInvitation).not.toHaveBeenCalled();
});

test.each([
  [
    "Logto does not respond",
    () => api.mailInvitation.mockRejectedValue(new LogtoError("unavailable", "down")),
  ],
  ["Logto rejects it", () => api.mailInvitation.mockResolvedValue(undefined)],
])("if %s, the mail can be sent again", async (_what, fail) => {
  fail();
  expect(await invite()).toBe("mail_failed");
  expect(log.error).toHaveBeenCalledWith("mail of an invitation was not sent", expect.anything());
  expect(logged()).not.toContain(signIn);
});

test("an outage of Logto is reported as one", async () => {
  api.createInvitation.mockRejectedValue(new LogtoError("unavailable", "down"));
  await expect(invite()).rejects.toMatchObject({ code: "provider_unavailable" });
});

test.each([
  ["is another organization's", { organizationId: "globex" }],
  ["was accepted", { status: "Accepted" }],
  ["was revoked", { status: "Revoked" }],
])("an invitation that %s is neither sent again nor revoked", async (_what, changes) => {
  api.findInvitation.mockResolvedValue({ ...pending, ...changes });
  expect(await resendInvitation("acme", inviter, id)).toBe("ended");
  expect(await revokeInvitation("acme", inviter, id)).toBe("ended");
  expect(api.mailInvitation).not.toHaveBeenCalled();
  expect(api.revokeInvitation).not.toHaveBeenCalled();
});

test("an id that is none of Logto's does not reach it", async () => {
  expect(await revokeInvitation("acme", inviter, "../users/alice")).toBe("ended");
  expect(api.findInvitation).not.toHaveBeenCalled();
});

test("only pending invitations are listed", async () => {
  api.listInvitations.mockResolvedValue([pending, { ...pending, status: "Accepted" }]);
  expect(await pendingInvitations("acme")).toEqual([pending]);
});

test("the page names organization and inviter", async () => {
  expect(await describeInvitation(signIn)).toEqual({
    status: "Pending",
    invitee: "Bob@example.com",
    organization: "Acme",
    inviter: "alice",
  });
});

test("a token that this app did not make does not reach Logto", async () => {
  for (const token of [id, `${id}.x`, ""]) {
    expect(await describeInvitation(token)).toBeUndefined();
    expect(await acceptInvitation(token, user())).toBeUndefined();
    expect(await signInFields(token)).toBeUndefined();
  }
  expect(api.findInvitation).not.toHaveBeenCalled();
});

test("the invited user becomes a member, and the session learns of it", async () => {
  expect(await acceptInvitation(signIn, user())).toBe("acme");
  expect(api.acceptInvitation).toHaveBeenCalledExactlyOnceWith(id, "bob");
  expect(getAccessToken).toHaveBeenCalledExactlyOnceWith({ organizationId: "acme" });
});

test.each([
  ["with another address", { email: "eve@example.com" }],
  ["without an address", { email: null }],
  ["whose address is not verified", { emailVerified: false }],
])("a user %s does not accept", async (_what, changes) => {
  expect(await acceptInvitation(signIn, user(changes))).toBeUndefined();
  expect(api.acceptInvitation).not.toHaveBeenCalled();
});

test("accepting again does no harm, but no other user accepts it then", async () => {
  api.findInvitation.mockResolvedValue({ ...pending, status: "Accepted", acceptedUserId: "bob" });
  api.acceptInvitation.mockResolvedValue(undefined);
  expect(await acceptInvitation(signIn, user())).toBe("acme");
  expect(await acceptInvitation(signIn, user({ id: "eve" }))).toBeUndefined();
});

test("the link signs in with a one-time token, and the page after it without one", async () => {
  const callbackUrl = `/api/invitations/${invitationToken(id, "return")}`;
  const fields = { callbackUrl, login_hint: "Bob@example.com" };
  expect(await signInFields(signIn)).toEqual({ ...fields, one_time_token: "one-time" });
  const second = await signInFields(invitationToken(id, "return"));
  expect(second).toEqual({ ...fields, prompt: "login consent" });
  expect(api.createOneTimeToken).toHaveBeenCalledExactlyOnceWith("Bob@example.com");
});

test.each(["Accepted", "Revoked", "Expired"])("%s: the link signs nobody in", async (status) => {
  api.findInvitation.mockResolvedValue({ ...pending, status });
  expect(await signInFields(signIn)).toBeUndefined();
  expect(api.createOneTimeToken).not.toHaveBeenCalled();
});

test.each(["AUTH_URL", "LOGTO_M2M_ID", "LOGTO_M2M_SECRET"] as const)(
  "without %s there are no invitations",
  async (name) => {
    const value = variables[name];
    Object.assign(variables, { [name]: undefined });
    await expect(invite()).rejects.toMatchObject({ code: "provider_refused" });
    expect(await describeInvitation(signIn)).toBeUndefined();
    Object.assign(variables, { [name]: value });
  },
);
