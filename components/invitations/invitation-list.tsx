import { SubmitButton } from "@/components/ui/controls/submit-button";
import { EmptyState } from "@/components/ui/empty-state";
import { Timestamp } from "@/components/ui/timestamp";

interface InvitationListProps {
  organizationId: string;
  invitations: { id: string; invitee: string; expiresAt: number }[];
  /** Takes the fields `organizationId`, `target` (the id of an invitation) and `act`. */
  action: (formData: FormData) => Promise<void>;
}

/** Pending invitations, each with buttons. Their links are in the mails alone. */
export function InvitationList({ organizationId, invitations, action }: InvitationListProps) {
  if (invitations.length === 0)
    return <EmptyState title="No open invitations">An accepted one is not listed.</EmptyState>;
  return (
    <ul
      aria-label="Open invitations"
      className="divide-y divide-border rounded-lg border border-border bg-surface"
    >
      {invitations.map(({ id, invitee, expiresAt }) => (
        <li key={id} className="flex flex-wrap items-center justify-between gap-3 px-5 py-4">
          <div className="min-w-0">
            <p className="font-medium wrap-anywhere">{invitee}</p>
            <p className="mt-0.5 text-muted">
              Valid until <Timestamp value={expiresAt} />
            </p>
          </div>
          <form action={action} className="flex gap-2">
            <input type="hidden" name="organizationId" value={organizationId} />
            <input type="hidden" name="target" value={id} />
            {["Send again", "Revoke"].map((label) => (
              <SubmitButton key={label} size="small" name="act" value={label.toLowerCase()}>
                {label}
                <span className="sr-only"> the invitation of {invitee}</span>
              </SubmitButton>
            ))}
          </form>
        </li>
      ))}
    </ul>
  );
}
