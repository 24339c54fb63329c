import type { ReactNode } from "react";

const tones = {
  info: {
    box: "border-accent-border bg-accent-subtle",
    text: "text-accent",
    path: "M8 7.25v4M8 4.75v.01",
  },
  warning: {
    box: "border-warning-border bg-warning-subtle",
    text: "text-warning",
    path: "M8 4.75v4M8 11.24v.01",
  },
  danger: {
    box: "border-danger-border bg-danger-subtle",
    text: "text-danger",
    path: "M8 4.75v4M8 11.24v.01",
  },
};

type AlertTone = keyof typeof tones;

interface AlertProps {
  tone: AlertTone;
  title: string;
  children: ReactNode;
  /** What the reader can do about it. */
  action?: ReactNode;
}

/**
 * Says what happened and what to do. Screen readers announce it at once, unless its tone is `info`.
 */
export function Alert({ tone, title, children, action }: AlertProps) {
  const { box, text, path } = tones[tone];
  return (
    <div
      role={tone === "info" ? "status" : "alert"}
      className={`flex gap-3 rounded-lg border p-4 ${box}`}
    >
      <svg
        viewBox="0 0 16 16"
        fill="none"
        stroke="currentColor"
        strokeWidth="1.5"
        strokeLinecap="round"
        className={`mt-0.5 size-4 shrink-0 ${text}`}
        aria-hidden="true"
      >
        <circle cx="8" cy="8" r="6.75" />
        <path d={path} />
      </svg>
      <div className="min-w-0 space-y-1">
        <p className={`font-medium ${text}`}>{title}</p>
        <div className="text-ink">{children}</div>
        {action && <div className="pt-2">{action}</div>}
      </div>
    </div>
  );
}
