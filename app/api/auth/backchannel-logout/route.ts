import { handleBackchannelLogout } from "@/lib/session/backchannel-logout";

export { handleBackchannelLogout as POST };
