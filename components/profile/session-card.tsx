import { SignOutForm } from "@/components/session/sign-out-form";
import { Card } from "@/components/ui/card";
import { CardLink } from "@/components/ui/card";
import { Detail, DetailList } from "@/components/ui/detail-list";
import { SubmitButton } from "@/components/ui/controls/submit-button";
import { Timestamp } from "@/components/ui/timestamp";
import { usesRowStore } from "@/lib/env";

interface SessionCardProps {
  /** When the user signed in. */
  startedAt: Date;
  expires: string;
}

/**
 * When the user signed in, when the session expires if it is not used, and a button to sign out.
 */
export function SessionCard({ startedAt, expires }: SessionCardProps) {
  return (
    <Card
      title="Session"
      description="Using the app extends it."
      action={<CardLink href="/account/sessions">All sessions</CardLink>}
    >
      <DetailList>
        <Detail term="Signed in since">
          <Timestamp value={startedAt.toISOString()} />
        </Detail>
        <Detail term="Signed in until">
          <Timestamp value={expires} />
        </Detail>
        <Detail term="Stored in">{usesRowStore() ? "the database" : "an encrypted cookie"}</Detail>
      </DetailList>
      <SignOutForm className="mt-5">
        <SubmitButton size="small">Sign out</SubmitButton>
      </SignOutForm>
    </Card>
  );
}
