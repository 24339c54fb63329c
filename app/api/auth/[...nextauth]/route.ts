import { handleAuthRequest } from "@/lib/session/routes/auth-handlers";

export { handleAuthRequest as GET, handleAuthRequest as POST };
