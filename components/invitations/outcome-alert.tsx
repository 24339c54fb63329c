import { Alert } from "@/components/ui/alert";
import type { InvitationOutcome } from "@/lib/invitations/invitations";

const messages: Record<InvitationOutcome, string> = {
  sent: "The mail is on its way.",
  revoked: "The invitation was revoked: its link no longer works.",
  invalid_address: "This is not an e-mail address.",
  not_possible: "This person is a member already, or has an open invitation.",
  too_many: "You or this address reached the limit of an hour. Try again later.",
  mail_failed: "The user is invited, but the mail was not sent. Try to send it again.",
  ended: "The invitation was accepted or revoked, or has expired.",
};

const texts = new Map(Object.entries(messages));

/** Shows the outcome of an action. @param outcome from the address, untrusted */
export function OutcomeAlert({ outcome }: { outcome: string }) {
  const isDone = outcome === "sent" || outcome === "revoked";
  const text = texts.get(outcome);
  return (
    text && (
      <Alert tone={isDone ? "info" : "warning"} title={isDone ? "Done" : "That was not possible"}>
        {text}
      </Alert>
    )
  );
}
