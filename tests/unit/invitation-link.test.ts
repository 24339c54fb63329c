import { expect, test, vi } from "vitest";
import { invitationToken, parseInvitationToken } from "@/lib/invitations/link";
import { variables } from "./environment";

vi.mock("@/lib/env", () => import("./environment"));

const id = "a1b2c3d4e5f6g7h8i9j0k";
const [, mac = ""] = invitationToken(id, "sign-in").split(".");

test.each(["sign-in", "return"] as const)("a token for %s names the invitation", (use) => {
  expect(parseInvitationToken(invitationToken(id, use))).toEqual({ id, use });
});

test.each([
  ["without a MAC", id],
  ["with an empty MAC", `${id}.`],
  ["with a shorter MAC", `${id}.${mac.slice(0, -4)}`],
  ["with another MAC", `${id}.${"A".repeat(mac.length)}`],
  ["of another invitation", `${id.replace("a", "b")}.${mac}`],
  ["without an id", `.${mac}`],
  ["that is empty", ""],
])("a token %s is rejected", (_what, token) => {
  expect(parseInvitationToken(token)).toBeUndefined();
});

test("a token works after AUTH_SECRET was rotated, until the old secret is removed", () => {
  const token = invitationToken(id, "sign-in");
  const [old = ""] = variables.AUTH_SECRET;
  const current = "n".repeat(40);
  vi.spyOn(variables, "AUTH_SECRET", "get").mockReturnValueOnce([current, old]);
  expect(parseInvitationToken(token)).toEqual({ id, use: "sign-in" });
});
