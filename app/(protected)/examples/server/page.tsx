import type { Metadata } from "next";
import { displayName } from "@/components/session/displayed-user";
import { ExamplePage } from "@/components/examples/example-page";
import { examples } from "@/components/examples/examples";
import { protectedPage } from "@/components/session/protected-page";
import { Card } from "@/components/ui/card";
import { Detail, DetailList } from "@/components/ui/detail-list";
import { Timestamp } from "@/components/ui/timestamp";

export const metadata: Metadata = { title: examples.server.title };

export default protectedPage({}, async ({ session }) => {
  const { user, expires } = session;
  return (
    <ExamplePage example={examples.server}>
      <Card title="What the guard returned">
        <DetailList>
          <Detail term="User">{displayName(user)}</Detail>
          <Detail term="Roles">{user.roles.join(", ") || null}</Detail>
          <Detail term="Signed in until">
            <Timestamp value={expires} />
          </Detail>
        </DetailList>
      </Card>
    </ExamplePage>
  );
});
