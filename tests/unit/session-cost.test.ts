import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import { z } from "zod";
import { sessionState } from "@/lib/session/lifecycle/session-state";
import { parseSession, type Session } from "@/lib/session/model/session";
import { encodeSession } from "@/lib/session/stores/codec";
import { session } from "./sessions";

// The figures of docs/deploying.md, "What it costs at scale".

/** A session as Logto's default claims make it, with one role in each organization. */
function sessionOf(user: number, organizations: number): Session {
  const ids = Array.from({ length: organizations }, (_, i) => `organization${i}`);
  const subject = `k3v9t2m8q${user}`;
  const whole = session({
    subject,
    logtoSessionId: `logto-session-${user}`,
    version: 3,
    claims: {
      sub: subject,
      name: `Alice Kim ${user}`,
      username: `alice${user}`,
      picture: `https://example.com/avatars/${user}.png`,
      email: `alice${user}@example.com`,
      email_verified: true,
      phone_number: null,
      phone_number_verified: false,
      roles: ["admin"],
      organizations: ids,
      organization_roles: ids.map((id) => `${id}:admin`),
      created_at: 1_700_000_000_000,
      updated_at: 1_700_000_000_000,
    },
    accessToken: `${user}`.padStart(43, "a"),
    refreshToken: `${user}`.padStart(43, "r"),
  });
  // Parsed from text, so that no two sessions share a string.
  return parseSession(JSON.parse(JSON.stringify(whole)));
}

test.each([
  [2, 1_300],
  [10, 1_700],
  [40, 3_300],
  [200, 5_900],
])("a session with %d organizations takes about %d bytes of cookie", async (count, bytes) => {
  const value = await encodeSession(sessionOf(0, count), ["a-secret-of-this-test"], "cookie-name");
  expect(value.length).toBeGreaterThan(bytes * 0.9);
  expect(value.length).toBeLessThan(bytes * 1.1);
});

test("a session takes about 1.5 KB of a process's memory", { timeout: 30_000 }, () => {
  setFlagsFromString("--expose_gc");
  const isFunction = (value: unknown) => typeof value === "function";
  const collectGarbage = z.custom<() => void>(isFunction).parse(runInNewContext("gc"));
  const used = () => {
    collectGarbage();
    return process.memoryUsage().heapUsed;
  };
  const count = 5_000;
  const before = used();
  for (let user = 0; user < count; user += 1) sessionState(sessionOf(user, 2));
  const each = (used() - before) / count;
  expect(each).toBeGreaterThan(1_000);
  expect(each).toBeLessThan(2_000);
});
