import { expect, test } from "../fixtures";
import { testProtected } from "../route-responses";
import * as table from "./protected-paths";

testProtected(table, { examples: true });

test("middleware redirects only from the paths it lists and from those below", async ({
  request,
}) => {
  const statusOf = async (path: string) => (await request.get(path, { maxRedirects: 0 })).status();
  expect(await statusOf("/examples/middleware/anything")).toBe(307);
  expect(await statusOf("/examples/server/anything")).toBe(404);
});
