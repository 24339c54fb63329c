import { SessionErrorAlert } from "@/components/session-error-alert";
import { Card } from "@/components/ui/card";
import { SubmitButton } from "@/components/ui/submit-button";
import { Timestamp } from "@/components/ui/timestamp";
import type { LinkedAccount } from "@/lib/session/account";
import { SessionError } from "@/lib/session/errors";

interface LinkedAccountsCardProps {
  /** Or why they can't be told. */
  accounts: LinkedAccount[] | SessionError;
  /** Goes to Logto for one more. */
  link: () => Promise<void>;
}

/** The accounts elsewhere by which the user gets in here, and the one place where another is added. */
export function LinkedAccountsCard({ accounts, link }: LinkedAccountsCardProps) {
  return (
    <Card title="Linked accounts" description="Each of them signs you in as the same user.">
      {accounts instanceof SessionError ? (
        <SessionErrorAlert title="They could not be loaded" code={accounts.code} path="/account" />
      ) : (
        <>
          <ul className="divide-y divide-border border-y border-border">
            {accounts.map(({ provider, providerAccountId, linkedAt }) => (
              <li
                key={`${provider} ${providerAccountId}`}
                className="flex flex-wrap items-baseline justify-between gap-x-4 gap-y-0.5 py-2.5"
              >
                <span className="flex min-w-0 flex-wrap items-baseline gap-x-2">
                  <span className="font-medium">{isLogto({ provider }) ? "Logto" : "E-mail link"}</span>
                  <code className="font-mono text-[0.8125rem] text-muted wrap-anywhere">
                    {providerAccountId}
                  </code>
                </span>
                <span className="text-muted">
                  since <Timestamp value={linkedAt.toISOString()} />
                </span>
              </li>
            ))}
          </ul>
          <form action={link} className="mt-5">
            <SubmitButton size="small">
              {accounts.some(isLogto) ? "Link another Logto account" : "Link your Logto account"}
            </SubmitButton>
          </form>
        </>
      )}
    </Card>
  );
}

const isLogto = ({ provider }: Pick<LinkedAccount, "provider">) => provider === "logto";
