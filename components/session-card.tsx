import { ButtonLink } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { Detail, DetailList } from "@/components/ui/detail-list";
import { Timestamp } from "@/components/ui/timestamp";
import { SubmitButton } from "@/components/ui/submit-button";
import { signOutAction } from "@/lib/session/actions";

/** Until when the user stays signed in without doing anything, and the way to end it now. */
export function SessionCard({ expires }: { expires: string }) {
  return (
    <Card title="Session">
      <p className="leading-6 text-muted">
        A cookie that scripts cannot read. Using the app makes it last longer; signing out ends it here and at
        the identity provider.
      </p>
      <DetailList className="mt-5">
        <Detail term="Signed in until">
          <Timestamp value={expires} />
        </Detail>
      </DetailList>
      <form action={signOutAction} className="mt-5 flex flex-wrap gap-2">
        <SubmitButton size="small">Sign out</SubmitButton>
        <ButtonLink href="/account/sessions" prefetch={false} variant="ghost" size="small">
          All sessions
        </ButtonLink>
      </form>
    </Card>
  );
}
