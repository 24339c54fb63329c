import { Controller, Get } from "@nestjs/common";
import { Allow } from "./auth/allow.js";
import { CurrentCaller, type Caller } from "./auth/caller.js";

@Controller("me")
export class MeController {
  /** Who calls, as this server sees it. */
  @Get()
  @Allow()
  me(@CurrentCaller() caller: Caller): Caller {
    return caller;
  }

  /** The same within an organization. */
  @Get("organizations/:organizationId")
  @Allow({ organization: "organizationId" })
  member(@CurrentCaller() caller: Caller): Caller {
    return caller;
  }
}
