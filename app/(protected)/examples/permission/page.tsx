import type { Metadata } from "next";
import { ExamplePage } from "@/components/examples/example-page";
import { examples } from "@/components/examples/examples";
import { displayName } from "@/components/displayed-user";
import { protectedPage } from "@/components/protected-page";
import { ResourceAccess } from "@/components/resource-access";
import { Card } from "@/components/ui/card";

export const metadata: Metadata = { title: examples.permission.title };

/** An API resource of Logto's, one of LOGTO_RESOURCES. */
const resource = "https://shopping.example.com/api";

export default protectedPage({ permission: { scope: "write", resource } }, async ({ session }) => {
  const { user } = session;
  return (
    <ExamplePage example={examples.permission}>
      <Card title={`What ${displayName(user)} may do`} description={resource}>
        <ResourceAccess resource={resource} />
      </Card>
    </ExamplePage>
  );
});
