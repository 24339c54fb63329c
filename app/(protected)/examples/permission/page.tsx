import type { Metadata } from "next";
import { apiPermission } from "@/components/examples/api-permission";
import { ExamplePage } from "@/components/examples/example-page";
import { examples } from "@/components/examples/examples";
import { displayName } from "@/components/session/displayed-user";
import { protectedPage } from "@/components/session/protected-page";
import { ResourceAccess } from "@/components/api-access/resource-access";
import { Card } from "@/components/ui/card";

export const metadata: Metadata = { title: examples.permission.title };

/** For example `{ permission: { scope: "write", resource: "https://api.example.com" } }`. */
async function apiRequirement() {
  return { permission: apiPermission() };
}

export default protectedPage(apiRequirement, async ({ session }) => {
  const { user } = session;
  const { resource } = apiPermission();
  return (
    <ExamplePage example={examples.permission}>
      <Card title={`What ${displayName(user)} may do`} description={resource}>
        <ResourceAccess resource={resource} />
      </Card>
    </ExamplePage>
  );
});
