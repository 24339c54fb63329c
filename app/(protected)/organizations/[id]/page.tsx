import type { Metadata } from "next";
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

// The same for every id, so that a foreign organization's name is not told.
export const metadata: Metadata = { title: "Organization" };

export default protectedPage<PageProps<"/organizations/[id]">>({}, async ({ params, session }) => {
  const { user } = session;
  const { id } = await params;
  await requireListed(user, id);
  // Awaited before any output: it decides what page this is, and a redirect to sign in must be a
  // real one.
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
        actions={<OrganizationSwitcher memberships={memberships} current={id} />}
      />
      <div className="grid items-start gap-4 lg:grid-cols-[1.4fr_1fr]">
        <Card
          title="Organization token"
          description="What this server may do for you here. The token itself never leaves it."
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
            noPermissions="Permissions are granted when LOGTO_RESOURCES has urn:logto:resource:organizations and LOGTO_SCOPES names them at sign-in, and one of your roles here holds them now."
          />
        </Card>
        <Card title="Your roles" description="Given at Logto, for this organization alone.">
          <RoleBadges roles={membership?.roles ?? []} />
        </Card>
      </div>
    </Main>
  );
});

/**
 * Refuses what is no organization of the user's: an id in an address can be made up, and each would
 * cost a use of the refresh token. The session's list is as old as its last renewal, userinfo's is
 * new. Where Logto gives no list, its token decides.
 */
async function requireListed({ organizations }: SessionUser, id: string): Promise<void> {
  if (organizations.includes(id)) return;
  const { organization_data: listed } = await getUserinfo();
  if (listed && !listed.some((organization) => organization.id === id))
    throw new SessionError("not_a_member", `not a member of the organization ${id}`);
}

/**
 * With names and descriptions, where userinfo can be had. They decide nothing: Logto does, by its
 * token.
 */
async function membershipsAtLogto(user: SessionUser) {
  const userinfo = await getUserinfo().catch(redirectIfSignedOut);
  return membershipsOf(user, isSessionError(userinfo) ? undefined : userinfo);
}
