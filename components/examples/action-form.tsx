"use client";

import { useActionState, type ReactNode } from "react";
import { SessionErrorMessage } from "@/components/session/session-error";
import { SubmitButton } from "@/components/ui/controls/submit-button";
import type { Outcome } from "@/components/examples/outcome";

interface ActionFormProps {
  action: (previous: Outcome, formData: FormData) => Promise<Outcome>;
  /** The text of the submit button. */
  label: string;
  /** The path of the page that has the form. */
  path: string;
  children?: ReactNode;
}

/** A form that shows why its action failed, with and without JavaScript. */
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
