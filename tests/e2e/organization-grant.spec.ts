import { globex } from "../../packages/logto-stand-in/src/seed";
import { expectNewestGrant } from "./newest-grant";
import { signInByRequests, test, visit } from "./stage";

test("an organization that the user is not a member of costs no refresh token", async ({
  context,
  stage,
}) => {
  await stage.control.change({ rotation: "always", graceInterval: 0 });
  await signInByRequests(context, "bob");
  await visit(context, `/organizations/${globex.id}`);
  await visit(context, "/dashboard");
  await expectNewestGrant(context, stage);
});
