import { CommandPanel } from "@/components/landing/command-panel";
import { LiveSession } from "@/components/landing/live-session";
import { Promises } from "@/components/landing/promises";
import { WaysIn } from "@/components/landing/ways-in";
import { Main } from "@/components/layout/main";
import { SignedOutNote } from "@/components/session/signed-out-note";

export const dynamic = "error";

export default function LandingPage() {
  return (
    <>
      <Main className="pb-20">
        <div className="grid items-center gap-10 py-14 sm:py-20 lg:grid-cols-2 lg:gap-12 lg:py-28">
          <div>
            <p className="font-mono text-xs text-accent">Next.js · Auth.js · Logto</p>
            <h1 className="mt-4 text-display">Clone it, run one command, be signed in</h1>
            <p className="mt-5 max-w-prose text-base text-muted sm:text-lg sm:leading-7">
              A Next.js starter in which sign-in, protected pages and sign-out already work, with a
              Logto stand-in on your machine or with your own tenant.
            </p>
            <WaysIn />
          </div>
          <CommandPanel />
        </div>
        <Promises />
        <LiveSession />
      </Main>
      <SignedOutNote />
    </>
  );
}
