import { getAccessToken } from "@/lib/session/access-token";
import { withSession } from "@/lib/session/guards";

/** An API resource of Logto's, one of LOGTO_RESOURCES. */
const resource = "https://shopping.example.com/api";

/** For people who may write at the API: what else they may do there. What this throws is answered, too. */
export const GET = withSession(
  async () => {
    const { scopes } = await getAccessToken({ resource });
    return Response.json({ resource, scopes });
  },
  { permission: { scope: "write", resource } },
);
