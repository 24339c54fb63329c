import { expect, test } from "../fixtures";
import { addPerson } from "../people";
import { signInByRequests } from "../requests";
import { expireAccessToken } from "../session-cookie";

test("a role that was taken away counts until the next renewal, except where the guard asks Logto, which costs one request", async ({
  context,
  stage,
}) => {
  const person = await addPerson(stage.control, { roles: ["admin"] });
  await signInByRequests(context, person.username);
  // The tokens are ten minutes old.
  await expireAccessToken(context, stage, 3_000);
  await stage.control.changeUser(person.id, { roles: ["editor"] });
  const get = async (path: string) => (await context.request.get(`/api/examples/${path}`)).status();
  expect(await get("role")).toBe(200);
  await stage.control.forgetRequests();

  const all = await Promise.all(Array.from({ length: 20 }, () => get("fresh")));

  expect(new Set(all)).toEqual(new Set([403]));
  expect((await stage.control.requests()).byGrant.refresh_token).toBe(1);
  // The session now has the current claims, for every guard.
  expect(await get("role")).toBe(403);
});
