import { apiPermission } from "@/components/examples/api-permission";
import { getAccessToken } from "@/lib/session/access-token";
import { requireSession, withSession } from "@/lib/session/guards";

/**
 * For people with a permission at the API: what else they may do there. What this throws is
 * answered, too.
 */
export const GET = withSession(async () => {
  const permission = apiPermission();
  await requireSession({ permission });
  const { resource } = permission;
  const { scopes } = await getAccessToken({ resource });
  return Response.json({ resource, scopes });
});
