import { NextRequest, NextResponse } from "next/server";
import { auth } from "@/auth";
import { publicUrl } from "@/lib/app-url";
import { acceptInvitation, signInFields } from "@/lib/invitations/invitations";
import { withSession } from "@/lib/session/guards";
import { asSessionError } from "@/lib/session/model/errors";
import { handleAuthRequest } from "@/lib/session/routes/auth-handlers";
import { isSameOrigin } from "@/lib/session/routes/same-origin";

type Context = RouteContext<"/api/invitations/[token]">;

/** Redirects after a form, and after a sign-in (RFC 9110 §15.4.4). */
const seeOther = (path: string, { headers }: Request) =>
  NextResponse.redirect(publicUrl(path, headers), {
    status: 303,
    headers: { "cache-control": "private, no-store" },
  });

/** Where a user goes who has accepted, or may not accept. */
const nextPage = (token: string, organizationId: string | undefined) =>
  organizationId === undefined ? `/invitations/${token}` : `/organizations/${organizationId}`;

/**
 * Accepts an invitation after the sign-in that POST began. It changes something although it is a
 * GET: no other site can cause it, because only that sign-in knows the token.
 */
export const GET = withSession(async ({ user }, request: NextRequest, { params }: Context) => {
  const { token } = await params;
  try {
    return seeOther(nextPage(token, await acceptInvitation(token, user)), request);
  } catch (error) {
    return seeOther(`/invitations/${token}?error=${asSessionError(error).code}`, request);
  }
});

/**
 * The form of an invitation's page: accepts the invitation if its user is signed in, or else signs
 * in as that user first.
 */
export async function POST(request: NextRequest, { params }: Context): Promise<Response> {
  if (!isSameOrigin(request))
    return Response.json(
      { error: "cross_site", message: "Another site's page can't do this." },
      { status: 403 },
    );
  const { token } = await params;
  try {
    const session = await auth();
    const organizationId = session ? await acceptInvitation(token, session.user) : undefined;
    const fields = organizationId === undefined ? await signInFields(token) : undefined;
    if (!fields) return seeOther(nextPage(token, organizationId), request);
    const headers = new Headers(request.headers);
    headers.delete("content-length");
    headers.set("content-type", "application/x-www-form-urlencoded");
    const body = new URLSearchParams(fields).toString();
    const form = new NextRequest(publicUrl("/api/auth/signin/logto", headers), {
      method: "POST",
      headers,
      body,
    });
    return await handleAuthRequest(form);
  } catch (error) {
    return seeOther(`/invitations/${token}?error=${asSessionError(error).code}`, request);
  }
}
