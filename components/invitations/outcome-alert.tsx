import { Alert } from "@/components/ui/alert";
import { outcomes } from "@/lib/invitations/invitations";

/** Shows the outcome of an action. @param outcome from the address, untrusted */
export function OutcomeAlert({ outcome }: { outcome: string }) {
  const text = new Map(Object.entries(outcomes)).get(outcome);
  if (!text) return null;
  const isDone = outcome === "sent" || outcome === "revoked";
  return (
    <Alert tone={isDone ? "info" : "warning"} title={isDone ? "Done" : "That was not possible"}>
      {text}
    </Alert>
  );
}
