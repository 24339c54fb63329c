import { globex } from "../../../packages/logto-stand-in/src/seed";
import { expect, signInByRequests, test, visit } from "../stage";

test("an organization that the session does not list is not allowed, without a request to Logto", async ({
  context,
  identity,
}) => {
  await signInByRequests(context, "bob");
  await identity.forgetRequests();
  for (const id of [globex.id, "nosuchid0000", "__proto__"]) {
    expect((await context.request.get(`/api/examples/organization/${id}`)).status()).toBe(403);
    const page = await (await visit(context, `/examples/organization/${id}`)).text();
    expect(page).toContain("You don&#x27;t have access");
  }
  expect((await identity.requests()).total).toBe(0);
});

test("a malformed organization id is a 404", async ({ context, stage }) => {
  await signInByRequests(context, "bob");
  for (const path of ["/examples/organization/", "/api/examples/organization/"])
    expect((await fetch(`${stage.url}${path}%zz`)).status).toBe(404);
});
