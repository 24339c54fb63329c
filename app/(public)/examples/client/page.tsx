import type { Metadata } from "next";
import { SessionProvider } from "next-auth/react";
import { RefetchSession } from "@/components/examples/refetch-session";
import { ExamplePage } from "@/components/examples/example-page";
import { examples } from "@/components/examples/examples";
import { Permissions } from "@/components/examples/permissions";
import { asSessionError } from "@/lib/session/model/errors";
import { auth } from "@/auth";

export const metadata: Metadata = { title: examples.client.title };

export default async function ClientPage() {
  // In an outage the session is unknown here; then the browser requests it.
  const session = await auth().catch((error: unknown) => void asSessionError(error));
  return (
    <ExamplePage example={examples.client}>
      <SessionProvider session={session} refetchInterval={60} refetchWhenOffline={false}>
        <RefetchSession />
        <Permissions />
      </SessionProvider>
    </ExamplePage>
  );
}
