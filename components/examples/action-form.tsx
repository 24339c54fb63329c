"use client";

import { useActionState, type ReactNode } from "react";
import { SessionErrorMessage } from "@/components/session/session-error";
import { SubmitButton } from "@/components/ui/controls/submit-button";
import type { SessionErrorCode } from "@/lib/session/model/error-messages";

type Outcome = SessionErrorCode | null;

interface ActionFormProps {
  action: (before: Outcome, formData: FormData) => Promise<Outcome>;
  /** What its button says. */
  label: string;
  /** The page that it is on. */
  path: string;
  children?: ReactNode;
}

/** A form that says why its action was refused, with JavaScript and without. */
export function ActionForm({ action, label, path, children }: ActionFormProps) {
  const [error, formAction] = useActionState(action, null);
  return (
    <div className="grid gap-4">
      {error && <SessionErrorMessage layout="alert" code={error} path={path} />}
      <form action={formAction} className="grid gap-4">
        {children}
        <SubmitButton className="justify-self-start">{label}</SubmitButton>
      </form>
    </div>
  );
}
