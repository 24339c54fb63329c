import { handleAuthRequest } from "@/lib/session/auth-handlers";

export { handleAuthRequest as GET, handleAuthRequest as POST };
