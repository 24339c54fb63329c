import type { ReactNode } from "react";

const tones = {
  neutral: "border-border bg-subtle text-muted",
  accent: "border-accent-border bg-accent-subtle text-accent",
  warning: "border-warning-border bg-warning-subtle text-warning",
};

interface BadgeProps {
  tone?: keyof typeof tones;
  /** Monospace, for identifiers such as scopes and permissions. */
  mono?: boolean;
  children: ReactNode;
}

/** A short label for what is next to it: a role, a scope, a state. */
export function Badge({ tone = "neutral", mono = false, children }: BadgeProps) {
  return (
    <span
      className={`inline-block max-w-full border px-2 py-px text-xs leading-5 font-medium ${mono ? "w-min rounded-md font-mono wrap-break-word lg:w-auto" : "rounded-full wrap-anywhere"} ${tones[tone]}`}
    >
      {children}
    </span>
  );
}
