import { SessionErrorAlert } from "@/components/session-error-alert";
import { isSessionErrorCode } from "@/components/session-errors";
import { signInMessage } from "@/components/sign-in-errors";
import { Alert } from "@/components/ui/alert";

/** Explains the code in `?error=` of a signed-in page's address: what was tried on it, and why it was not done. */
export function PageError({ code, path }: { code: string; path: string }) {
  if (isSessionErrorCode(code)) return <SessionErrorAlert code={code} path={path} />;
  const { tone, title, text } = signInMessage(code);
  return (
    <Alert tone={tone} title={title}>
      {text}
    </Alert>
  );
}
