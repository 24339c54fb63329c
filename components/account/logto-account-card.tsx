import { Card } from "@/components/ui/card";

/**
 * Pages of Logto's Account Center:
 * https://docs.logto.io/end-user-flows/account-settings/by-account-center-ui
 */
const pages = [
  { path: "password", label: "Change your password" },
  { path: "email", label: "Change your e-mail address" },
  { path: "username", label: "Change your username" },
  { path: "security", label: "Two-step verification and social accounts" },
];

interface LogtoAccountCardProps {
  /** Logto's endpoint: the issuer without `/oidc`. */
  endpoint: string;
  /** The page of this site to which the Account Center returns; an absolute URL. */
  returnUrl: string;
}

/** Links to the settings that only Logto can change, because Logto stores the account. */
export function LogtoAccountCard({ endpoint, returnUrl }: LogtoAccountCardProps) {
  return (
    <Card
      title="Your Logto account"
      description="Logto stores your name, your password and other details. Changes show here within an hour."
    >
      <ul className="divide-y divide-border border-t border-border">
        {pages.map(({ path, label }) => (
          <li key={path}>
            <a
              href={`${endpoint}/account/${path}?${new URLSearchParams({ redirect: returnUrl }).toString()}`}
              className="flex items-center justify-between gap-4 py-2.5 underline-offset-4 hover:underline"
            >
              {label}
              <svg
                viewBox="0 0 16 16"
                fill="none"
                strokeWidth="1.5"
                strokeLinecap="round"
                strokeLinejoin="round"
                className="size-4 shrink-0 stroke-current text-muted"
                aria-hidden="true"
              >
                <path d="M5 11 11 5M6 5h5v5" />
              </svg>
            </a>
          </li>
        ))}
      </ul>
    </Card>
  );
}
