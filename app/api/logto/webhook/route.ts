import { handleWebhook } from "@/lib/session/routes/webhook";

export { handleWebhook as POST };
