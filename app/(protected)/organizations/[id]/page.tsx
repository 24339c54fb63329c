import type { Metadata } from "next";
import { InvitationsLink } from "@/components/invitations/invitations-link";
import { Main } from "@/components/layout/main";
import { membershipsOf } from "@/components/organizations/memberships";
import { OrganizationSwitcher } from "@/components/organizations/organization-switcher";
import { protectedPage } from "@/components/session/protected-page";
import { RoleBadges } from "@/components/organizations/role-badges";
import { TokenDetails } from "@/components/api-access/token-details";
import { Card } from "@/components/ui/card";
import { PageHeader } from "@/components/ui/page-header";
import { getUserinfo } from "@/lib/session/userinfo";
import { redirectIfSignedOut } from "@/lib/session/guards";
import { isSessionError, SessionError } from "@/lib/session/model/errors";
import type { SessionUser } from "@/lib/session/model/public-session";
import { getAccessToken } from "@/lib/session/access-token";

// The same title for every id, so that it does not reveal the name of an organization of others.
export const metadata: Metadata = { title: "Organization" };

export default protectedPage<PageProps<"/organizations/[id]">>({}, async ({ params, session }) => {
  const { user } = session;
  const { id } = await params;
  await requireListed(user, id);
  // Awaited before any output: an error here replaces the whole page, and a redirect to sign in
  // must be a real HTTP redirect.
  const [{ scopes, expiresAt, expiresIn }, memberships] = await Promise.all([
    getAccessToken({ organizationId: id }),
    membershipsAtLogto(user),
  ]);
  const membership = memberships.find((each) => each.id === id);
  return (
    <Main className="py-8 sm:py-10">
      <PageHeader
        title={membership?.name ?? id}
        description={membership?.description}
        actions={
          <>
            <InvitationsLink id={id} scopes={scopes} />
            <OrganizationSwitcher memberships={memberships} current={id} />
          </>
        }
      />
      <div className="grid items-start gap-4 lg:grid-cols-[1.4fr_1fr]">
        <Card
          title="Organization token"
          description="What this server may do for you here. The token never leaves the server."
        >
          <TokenDetails
            audience={
              <>
                urn:logto:organization:
                <wbr />
                {id}
              </>
            }
            scopes={scopes}
            expiresAt={expiresAt}
            expiresIn={expiresIn}
            noPermissions="You have no permissions here. Logto grants one if LOGTO_RESOURCES had urn:logto:resource:organizations and LOGTO_SCOPES had the permission when you signed in, and one of your roles here has it now."
          />
        </Card>
        <Card title="Your roles" description="Assigned in Logto, for this organization only.">
          <RoleBadges roles={membership?.roles ?? []} />
        </Card>
      </div>
    </Main>
  );
});

/**
 * Throws `not_a_member` for an organization that is not the user's. Ids in addresses can be made
 * up, and without this check each would cost a use of the refresh token. The session's list is as
 * old as its last renewal; userinfo's is current. If userinfo has no list, Logto decides when the
 * page requests the organization token.
 */
async function requireListed({ organizations }: SessionUser, id: string): Promise<void> {
  if (organizations.includes(id)) return;
  const { organization_data: listed } = await getUserinfo();
  if (listed && !listed.some((organization) => organization.id === id))
    throw new SessionError("not_a_member", `not a member of the organization ${id}`);
}

/**
 * The memberships, with names and descriptions if userinfo is available. They are for display only:
 * Logto decides about access when it issues the organization token.
 */
async function membershipsAtLogto(user: SessionUser) {
  const userinfo = await getUserinfo().catch(redirectIfSignedOut);
  return membershipsOf(user, isSessionError(userinfo) ? undefined : userinfo);
}
