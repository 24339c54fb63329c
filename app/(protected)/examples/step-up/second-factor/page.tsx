import type { Metadata } from "next";
import { ExamplePage } from "@/components/examples/example-page";
import { examples } from "@/components/examples/examples";
import { displayName } from "@/components/session/displayed-user";
import { protectedPage } from "@/components/session/protected-page";
import { Card } from "@/components/ui/card";

export const metadata: Metadata = { title: examples.secondFactor.title };

export default protectedPage({ acr: "urn:logto:acr:mfa" }, async ({ session }) => (
  <ExamplePage example={examples.secondFactor}>
    <Card title="Only with a second factor">
      <p>{displayName(session.user)} signed in with a password and a code.</p>
    </Card>
  </ExamplePage>
));
