import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { ContinueWhenSignedIn } from "@/components/session/continue-when-signed-in";
import { Main } from "@/components/layout/main";
import { signInMessage } from "@/lib/session/model/error-messages";
import { MagicLink } from "@/components/session/magic-link";
import { SignInForm } from "@/components/session/sign-in-form";
import { SocialButtons } from "@/components/session/social-buttons";
import { Alert } from "@/components/ui/alert";
import { SubmitButton } from "@/components/ui/controls/submit-button";
import { defaultCallbackUrl, safeCallbackUrl } from "@/lib/session/model/callback-url";
import { asSessionError, isSessionError } from "@/lib/session/model/errors";
import { linkParameters } from "@/lib/session/link-parameters";
import { auth } from "@/auth";
import { appUrl, isOnAnotherHost } from "@/lib/app-url";

export const metadata: Metadata = { title: "Sign in", robots: { index: false } };

export default async function SignInPage({ searchParams }: PageProps<"/sign-in">) {
  const query = await searchParams;
  const home = await appUrl("/");
  const callbackUrl = safeCallbackUrl(query.callbackUrl, home.origin);
  // Sign-in ends on AUTH_URL's host, so it must begin there too. An absolute callback URL marks a
  // browser that was redirected there: a proxy may hide which host the browser requested.
  const wasRedirected = String(query.callbackUrl).startsWith(home.href);
  if (!wasRedirected && (await isOnAnotherHost()))
    redirect(signInUrl(home, callbackUrl, query.error));
  const parameters = linkParameters(query, callbackUrl);
  if (parameters.one_time_token) return <MagicLink callbackUrl={callbackUrl} {...parameters} />;
  const error = typeof query.error === "string" ? query.error : await continueOrError(callbackUrl);
  const message = error && signInMessage(error);

  return (
    <Main className="flex flex-col justify-center py-12 sm:pb-32">
      <ContinueWhenSignedIn to={callbackUrl} />
      <div className="mx-auto w-full max-w-sm space-y-5">
        {message && (
          <Alert tone={message.tone} title={message.title}>
            {message.text}
          </Alert>
        )}
        <div className="rounded-xl border border-border bg-surface p-6 sm:p-8">
          <h1 className="text-title">Sign in</h1>
          <p className="mt-2 text-muted">
            You continue on the sign-in page of our identity provider and then return
            {callbackUrl === defaultCallbackUrl ? (
              ""
            ) : (
              <>
                {" "}
                to{" "}
                <code className="font-mono text-ink wrap-anywhere">
                  {callbackUrl.split("?")[0]}
                </code>
              </>
            )}
            .
          </p>
          <SignInForm
            callbackUrl={callbackUrl}
            parameters={parameters}
            className="mt-6 grid gap-2.5"
          >
            <SubmitButton variant="primary">Sign in</SubmitButton>
            <SubmitButton name="first_screen" value="register">
              Create an account
            </SubmitButton>
            <SocialButtons />
          </SignInForm>
        </div>
        <p className="px-6 text-center text-xs text-balance text-muted sm:px-8">
          You enter your password at the identity provider; it never reaches this site.
        </p>
      </div>
    </Main>
  );
}

/** The URL of this page on AUTH_URL's host. */
function signInUrl(home: URL, callbackUrl: string, error: unknown): string {
  const url = new URL("/sign-in", home);
  if (typeof error === "string") url.searchParams.set("error", error);
  url.searchParams.set("callbackUrl", new URL(callbackUrl, home).href);
  return url.href;
}

/**
 * Redirects to the callback URL if the user is already signed in.
 *
 * @returns the code of an error to show, or null
 */
async function continueOrError(callbackUrl: string): Promise<string | null> {
  const session = await auth().catch(asSessionError);
  if (isSessionError(session)) return "DatabaseUnavailable";
  if (session) redirect(callbackUrl);
  return null;
}
