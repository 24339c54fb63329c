import type { Metadata } from "next";
import { cookies } from "next/headers";
import { ActionForm } from "@/components/examples/action-form";
import { ExamplePage } from "@/components/examples/example-page";
import { examples } from "@/components/examples/examples";
import { protectedPage } from "@/components/session/protected-page";
import { Card } from "@/components/ui/card";
import { EmptyState } from "@/components/ui/empty-state";
import { TextField } from "@/components/ui/controls/text-field";
import { savePayout } from "./actions";

export const metadata: Metadata = { title: examples.freshSignIn.title };

export default protectedPage({ freshWithin: 5 * 60 }, async () => {
  const payout = (await cookies()).get("example-payout")?.value;
  return (
    <ExamplePage example={examples.freshSignIn}>
      <Card title="Payout account" description="Stored in a cookie of this browser.">
        <div className="grid gap-5">
          {payout ? (
            <p className="wrap-anywhere">{payout}</p>
          ) : (
            <EmptyState title="No account yet">Enter one below.</EmptyState>
          )}
          <ActionForm action={savePayout} label="Save" path={examples.freshSignIn.href}>
            <TextField label="Account number" name="payout" required maxLength={40} />
          </ActionForm>
        </div>
      </Card>
    </ExamplePage>
  );
});
