import { SignOutForm } from "@/components/session/sign-out-form";
import { Card, CardLink } from "@/components/ui/card";
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
 * Since when and until when the user is signed in without doing anything, and the way to end it
 * now.
 */
export function SessionCard({ startedAt, expires }: SessionCardProps) {
  return (
    <Card
      title="Session"
      description="Using the app makes it last longer."
      action={<CardLink href="/account/sessions">All sessions</CardLink>}
    >
      <DetailList>
        <Detail term="Signed in since">
          <Timestamp value={startedAt.toISOString()} />
        </Detail>
        <Detail term="Signed in until">
          <Timestamp value={expires} />
        </Detail>
        <Detail term="Kept in">{usesRowStore() ? "the database" : "an encrypted cookie"}</Detail>
      </DetailList>
      <SignOutForm className="mt-5">
        <SubmitButton size="small">Sign out</SubmitButton>
      </SignOutForm>
    </Card>
  );
}
