import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { Main } from "@/components/main";
import { signInMessage } from "@/components/sign-in-errors";
import { Alert } from "@/components/ui/alert";
import { SubmitButton } from "@/components/ui/submit-button";
import { signInAction } from "@/lib/session/actions";
import { defaultCallbackUrl, safeCallbackUrl } from "@/lib/session/model/callback-url";
import { asSessionError, isSessionError } from "@/lib/session/model/errors";
import { auth } from "@/auth";
import { appUrl } from "@/lib/app-url";

export const metadata: Metadata = { title: "Sign in", robots: { index: false } };

export default async function SignInPage({ searchParams }: PageProps<"/sign-in">) {
  const query = await searchParams;
  // Auth.js names our own pages by their whole address.
  const callbackUrl = safeCallbackUrl(query.callbackUrl, (await appUrl("/")).origin);
  const error = typeof query.error === "string" ? query.error : await problemWith(callbackUrl);
  const message = error && signInMessage(error);

  return (
    <Main className="flex flex-col justify-center py-12 sm:pb-32">
      <div className="mx-auto w-full max-w-sm space-y-5">
        {message && (
          <Alert tone={message.tone} title={message.title}>
            {message.text}
          </Alert>
        )}
        <div className="rounded-xl border border-border bg-surface p-6 sm:p-8">
          <h1 className="text-title">Sign in</h1>
          <p className="mt-2 text-muted">
            You continue on the sign-in page of our identity provider and come straight back
            {callbackUrl === defaultCallbackUrl ? (
              ""
            ) : (
              <>
                {" "}
                to <code className="font-mono text-ink wrap-anywhere">{callbackUrl.split("?")[0]}</code>
              </>
            )}
            .
          </p>
          <form action={signInAction} className="mt-6 grid gap-2.5">
            <input type="hidden" name="callbackUrl" value={callbackUrl} />
            <SubmitButton variant="primary" name="screen" value="sign-in">
              Sign in
            </SubmitButton>
            <SubmitButton name="screen" value="register">
              Create an account
            </SubmitButton>
          </form>
        </div>
        <p className="px-6 text-center text-xs text-balance text-muted sm:px-8">
          Your password is typed at the identity provider and never reaches this site.
        </p>
      </div>
    </Main>
  );
}

/** Goes on where somebody is signed in already. @returns the code of an error to explain, or null */
async function problemWith(callbackUrl: string): Promise<string | null> {
  const session = await auth().catch(asSessionError);
  if (isSessionError(session)) return "DatabaseUnavailable";
  if (session) redirect(callbackUrl);
  return null;
}
