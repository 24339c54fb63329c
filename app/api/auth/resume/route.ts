import { resumeSession } from "@/lib/session/resume";

export { resumeSession as GET };
