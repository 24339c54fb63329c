import { expect } from "../e2e/fixtures";
import { signIn, visit } from "../e2e/requests";
import {
  expireAccessToken,
  readSession,
  sessionValue,
  writtenSessionCookies,
} from "../e2e/session-cookie";
import { signOut } from "../e2e/steps";
import { faultsIn, test, timed } from "./outage";

test.use({ strategy: "jwt" });
// The tests share the servers.
test.describe.configure({ mode: "default" });

for (const [fault, begin] of faultsIn("jwt")) {
  test(`a signed-in user does not notice that the database is ${fault}, and can sign out`, async ({
    page,
    context,
    postgres,
    stage,
  }) => {
    await signIn(page, "alice");
    const mend = await begin(postgres);
    for (let count = 0; count < 5; count += 1) {
      for (const path of ["/dashboard", "/api/auth/check", "/api/auth/session"]) {
        const { result, ms } = await timed(() => visit(context, path, { maxRedirects: 0 }));
        expect(result.status(), path).toBe(200);
        expect(writtenSessionCookies(result)).toEqual([]);
        expect(ms).toBeLessThan(1_500);
      }
    }

    // The same at expiry: the cookie has the tokens, and a renewal waits for the database only
    // briefly.
    const { version } = await expireAccessToken(context, stage);
    expect((await visit(context, "/dashboard", { maxRedirects: 0 })).status()).toBe(200);
    expect((await readSession(context, stage)).version).toBe(version + 1);

    await signOut(page);
    expect(await sessionValue(context)).toBe("");
    await mend();
  });
}
