import { handleBackchannelLogout } from "@/lib/session/routes/backchannel-logout";

export { handleBackchannelLogout as POST };
