import { apiPermission } from "@/components/examples/api-permission";
import { getAccessToken } from "@/lib/session/access-token";
import { requireSession, withSession } from "@/lib/session/guards";

/**
 * Requires a permission at the API, and returns all permissions that the user has there.
 * `withSession` turns a SessionError that this throws into a response.
 */
export const GET = withSession(async () => {
  const permission = apiPermission();
  await requireSession({ permission });
  const { resource } = permission;
  const { scopes } = await getAccessToken({ resource });
  return Response.json({ resource, scopes });
});
