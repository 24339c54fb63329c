import type { Metadata } from "next";
import { ExamplePage } from "@/components/examples/example-page";
import { examples } from "@/components/examples/examples";
import { membershipsOf } from "@/components/memberships";
import { protectedPage } from "@/components/protected-page";
import { RoleBadges } from "@/components/role-badges";
import { Card } from "@/components/ui/card";
import { requireOrganization } from "@/lib/session/guards";

export const metadata: Metadata = { title: examples.organization.title };

export default protectedPage(async ({ params }: PageProps<"/examples/organization/[id]">) => {
  const { id } = await params;
  const { user } = await requireOrganization(id, "admin");
  const membership = membershipsOf(user).find((each) => each.id === id);
  return (
    <ExamplePage example={examples.organization}>
      <Card title="Your roles here" description={`In the organization ${id}.`}>
        <RoleBadges roles={membership?.roles ?? []} />
      </Card>
    </ExamplePage>
  );
});
