import type { Metadata } from "next";
import { displayName } from "@/components/session/displayed-user";
import { ExamplePage } from "@/components/examples/example-page";
import { examples } from "@/components/examples/examples";
import { protectedPage } from "@/components/session/protected-page";
import { Card } from "@/components/ui/card";

export const metadata: Metadata = { title: examples.middleware.title };

export default protectedPage({}, async ({ session }) => {
  const { user } = session;
  return (
    <ExamplePage example={examples.middleware}>
      <Card title="Two locks">
        <p className="leading-6 text-muted">
          You are in, {displayName(user)}, because middleware found a session, and this page&apos;s
          own <code className="font-mono text-[0.8125rem] text-ink">protectedPage</code> found it
          too.
        </p>
      </Card>
    </ExamplePage>
  );
});
