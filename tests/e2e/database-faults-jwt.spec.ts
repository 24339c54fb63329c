import { query } from "../../dev/database/databases";
import type { Postgres } from "../../dev/database/postgres";
import { faultsIn, outageLines, test, timed } from "./outage";
import { expireAccessToken, readSession, sessionValue, writtenSessionCookies } from "./session-cookie";
import { expect, signInByRequests, visit } from "./stage";
import { signOut } from "./steps";

const rowOf = async (postgres: Postgres, sid: string) =>
  (await query(postgres.url, `SELECT generation FROM "Session" WHERE sid = '${sid}'`))[0];

test.use({ strategy: "jwt" });
// They share the servers.
test.describe.configure({ mode: "default" });

for (const [fault, begin] of faultsIn("jwt")) {
  test(`a signed-in user does not notice that the database is ${fault}`, async ({ context, outage }) => {
    await signInByRequests(context, "alice");
    const mend = await begin(outage.postgres);
    const times: number[] = [];
    for (let count = 0; count < 10; count += 1) {
      for (const path of ["/dashboard", "/api/auth/check", "/api/auth/session"]) {
        const { result, ms } = await timed(() => visit(context, path, { maxRedirects: 0 }));
        expect(result.status(), path).toBe(200);
        expect(writtenSessionCookies(result)).toEqual([]);
        times.push(ms);
      }
    }
    // One of them may have waited a second for the list of revocations.
    expect(times.sort((one, other) => one - other).at(-4)).toBeLessThan(1_000);
    expect(Math.max(...times)).toBeLessThan(3_000);

    // Also while it expires: the cookie has the tokens, too. Down it is once it was silent for five seconds.
    const { sid, generation } = await expireAccessToken(context, outage.app, 5);
    await expect
      .poll(
        async () => {
          expect((await visit(context, "/dashboard", { maxRedirects: 0 })).status()).toBe(200);
          return (await readSession(context, outage.app)).generation;
        },
        { timeout: 20_000 },
      )
      .toBe(generation + 1);
    expect(outageLines(outage.log()).length).toBeLessThan(5);

    // The row learns of it once that is possible, and the next renewal goes by the row again.
    await mend();
    const generationInRow = () => rowOf(outage.postgres, sid).catch(() => undefined);
    await expect.poll(generationInRow, { timeout: 25_000 }).toBe(String(generation + 1));
    await expireAccessToken(context, outage.app);
    await expect
      .poll(async () => {
        expect((await visit(context, "/dashboard", { maxRedirects: 0 })).status()).toBe(200);
        return generationInRow();
      })
      .toBe(String(generation + 3));
  });

  test(`signing out while the database is ${fault} signs out here`, async ({ page, context, outage }) => {
    await signInByRequests(context, "alice");
    await page.goto("/dashboard");
    const mend = await begin(outage.postgres);
    await signOut(page);
    expect(await sessionValue(context)).toBe("");
    await mend();
  });
}
