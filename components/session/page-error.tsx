import { SessionErrorAlert } from "@/components/session/session-error-alert";
import { isSessionErrorCode } from "@/components/session/session-errors";

/**
 * Explains the code in `?error=` of a signed-in page's address: what was tried on it, and why it
 * was not done.
 */
export function PageError({ code, path }: { code: string; path: string }) {
  return isSessionErrorCode(code) && <SessionErrorAlert code={code} path={path} />;
}
