import { SubmitButton } from "@/components/ui/controls/submit-button";
import { EmptyState } from "@/components/ui/empty-state";
import { Timestamp } from "@/components/ui/timestamp";

type Action = (formData: FormData) => Promise<void>;

interface InvitationListProps {
  organizationId: string;
  invitations: { id: string; invitee: string; expiresAt: number }[];
  /** These take the fields `organizationId` and `target`, the id of an invitation. */
  sendAgain: Action;
  revoke: Action;
}

/** Pending invitations, each with buttons. Their links are in the mails alone: see link.ts. */
export function InvitationList({
  organizationId,
  invitations,
  sendAgain,
  revoke,
}: InvitationListProps) {
  if (invitations.length === 0)
    return <EmptyState title="No open invitations">An accepted one is not listed.</EmptyState>;
  return (
    <ul
      aria-label="Open invitations"
      className="divide-y divide-border rounded-lg border border-border bg-surface"
    >
      {invitations.map(({ id, invitee, expiresAt }) => (
        <li
          key={id}
          className="flex flex-wrap items-center justify-between gap-x-6 gap-y-3 px-5 py-4"
        >
          <div className="min-w-0">
            <p className="font-medium wrap-anywhere">{invitee}</p>
            <p className="mt-0.5 text-muted">
              Valid until <Timestamp value={expiresAt} />
            </p>
          </div>
          <div className="flex gap-2">
            {[
              { label: "Send again", action: sendAgain },
              { label: "Revoke", action: revoke },
            ].map(({ label, action }) => (
              <form key={label} action={action}>
                <input type="hidden" name="organizationId" value={organizationId} />
                <input type="hidden" name="target" value={id} />
                <SubmitButton size="small">
                  {label}
                  <span className="sr-only"> the invitation of {invitee}</span>
                </SubmitButton>
              </form>
            ))}
          </div>
        </li>
      ))}
    </ul>
  );
}
