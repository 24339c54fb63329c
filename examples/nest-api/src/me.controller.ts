import { Controller, Get } from "@nestjs/common";
import { Allow } from "./auth/allow.js";
import { CurrentCaller, type Caller } from "./auth/caller.js";

@Controller("me")
export class MeController {
  /** The caller, as this server sees it. */
  @Get()
  @Allow()
  me(@CurrentCaller() caller: Caller): Caller {
    return caller;
  }

  /** The same, for users who signed in at most five minutes ago. */
  @Get("recent")
  @Allow({ freshWithin: 5 * 60 })
  recent(@CurrentCaller() caller: Caller): Caller {
    return caller;
  }

  /** The same, for members of an organization only. */
  @Get("organizations/:organizationId")
  @Allow({ organization: "organizationId" })
  member(@CurrentCaller() caller: Caller): Caller {
    return caller;
  }
}
