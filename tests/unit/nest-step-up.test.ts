import { expect, test } from "vitest";
import { stepUpChallenge } from "../../examples/nest-api/src/auth/step-up";

const now = 1_800_000_000_000;
const mfa = "urn:logto:acr:mfa";
const oneFactor = "urn:logto:acr:1fa";
const at = (ago: number) => now / 1000 - ago;

test("the API server accepts a caller who signed in recently, with the required factors", () => {
  const caller = { authenticatedAt: at(299), acr: mfa };
  expect(stepUpChallenge(caller, { freshWithin: 300, acr: mfa }, now)).toBeUndefined();
  expect(stepUpChallenge(caller, { acr: oneFactor }, now)).toBeUndefined();
  expect(stepUpChallenge({}, {}, now)).toBeUndefined();
});

type Given = Parameters<typeof stepUpChallenge>;
test.each<[string, caller: Given[0], required: Given[1], parameters: string]>([
  ["an older sign-in", { authenticatedAt: at(300) }, { freshWithin: 300 }, 'max_age="300"'],
  ["an unknown time", {}, { freshWithin: 300 }, 'max_age="300"'],
  ["one factor", { acr: oneFactor }, { acr: mfa }, `acr_values="${mfa}"`],
])("the API server challenges a caller with %s", (_, caller, required, parameters) => {
  expect(stepUpChallenge(caller, required, now)).toBe(
    `Bearer error="insufficient_user_authentication", ${parameters}`,
  );
});
