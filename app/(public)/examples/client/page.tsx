import type { Metadata } from "next";
import { SessionProvider } from "next-auth/react";
import { AskAgain } from "@/components/examples/ask-again";
import { ExamplePage } from "@/components/examples/example-page";
import { examples } from "@/components/examples/examples";
import { Permissions } from "@/components/examples/permissions";
import { asSessionError } from "@/lib/session/model/errors";
import { auth } from "@/auth";

export const metadata: Metadata = { title: examples.client.title };

export default async function ClientPage() {
  // In an outage nobody can say who is there; then the browser asks.
  const session = await auth().catch((error: unknown) => void asSessionError(error));
  return (
    <ExamplePage example={examples.client}>
      <SessionProvider session={session} refetchInterval={60} refetchWhenOffline={false}>
        <AskAgain />
        <Permissions />
      </SessionProvider>
    </ExamplePage>
  );
}
