import type { Metadata } from "next";
import { ExamplePage } from "@/components/examples/example-page";
import { examples } from "@/components/examples/examples";
import { protectedPage } from "@/components/protected-page";
import { RolesCard } from "@/components/roles-card";
import { requireRole } from "@/lib/session/guards";

export const metadata: Metadata = { title: examples.role.title };

export default protectedPage(async () => {
  const { user } = await requireRole("admin");
  return (
    <ExamplePage example={examples.role}>
      <RolesCard roles={user.roles} />
    </ExamplePage>
  );
});
