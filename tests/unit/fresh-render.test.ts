import { expect, test, vi } from "vitest";
import { getSession } from "@/lib/session/lifecycle/current-session";
import { requireSession } from "@/lib/session/guards";
import { refreshTokens } from "./mocks";
import { requestWith } from "./request";
import { session, tokenResponse } from "./sessions";

vi.mock("@/lib/logto/tokens", () => import("./mocks"));
vi.mock("@/lib/log", () => import("./mocks"));
vi.mock("next/headers", () => import("./request"));
vi.mock("@/lib/env", () => import("./environment"));
// As in one render. Outside of one, the real function remembers nothing.
vi.mock("react", () => ({
  cache: <Result>(read: () => Result) => {
    let result: Result | undefined;
    return () => (result ??= read());
  },
}));

test("after a guard that asks Logto anew, the rest of the page sees the new claims", async () => {
  const signedIn = session({ expiresAt: Math.floor(Date.now() / 1000) + 3000 });
  const claims = { sub: signedIn.subject, roles: ["editor"] };
  refreshTokens.mockResolvedValue(tokenResponse({ claims }));
  const request = await requestWith(signedIn, { isPage: true });
  await request.run(async () => {
    expect((await getSession())?.user.roles).toEqual(["admin"]);
    await requireSession({ fresh: true });
    expect((await getSession())?.user.roles).toEqual(["editor"]);
  });
});
