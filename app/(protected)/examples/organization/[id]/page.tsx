import type { Metadata } from "next";
import { ExamplePage } from "@/components/examples/example-page";
import { examples } from "@/components/examples/examples";
import { membershipsOf } from "@/components/organizations/memberships";
import { protectedPage } from "@/components/session/protected-page";
import { RoleBadges } from "@/components/organizations/role-badges";
import { Card } from "@/components/ui/card";

export const metadata: Metadata = { title: examples.organization.title };

/**
 * The organization's id comes from the address, so the requirement is a function of the page's
 * props.
 */
async function adminOf({ params }: PageProps<"/examples/organization/[id]">) {
  return { organization: { id: (await params).id, role: "admin" } };
}

export default protectedPage(adminOf, async ({ session, params }) => {
  const { id } = await params;
  const membership = membershipsOf(session.user).find((each) => each.id === id);
  return (
    <ExamplePage example={examples.organization}>
      <Card title="Your roles here" description={`In the organization ${id}.`}>
        <RoleBadges roles={membership?.roles ?? []} />
      </Card>
    </ExamplePage>
  );
});
