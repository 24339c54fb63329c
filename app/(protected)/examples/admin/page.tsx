import type { Metadata } from "next";
import { ExamplePage } from "@/components/examples/example-page";
import { examples } from "@/components/examples/examples";
import { protectedPage } from "@/components/session/protected-page";
import { RolesCard } from "@/components/profile/roles-card";

export const metadata: Metadata = { title: examples.role.title };

export default protectedPage({ role: "admin" }, async ({ session }) => {
  const { user } = session;
  return (
    <ExamplePage example={examples.role}>
      <RolesCard roles={user.roles} />
    </ExamplePage>
  );
});
