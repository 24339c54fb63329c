import { type DynamicModule, Module } from "@nestjs/common";
import { PassportModule } from "@nestjs/passport";
import { BearerStrategy } from "./auth/bearer.strategy.js";
import { CookieSessions } from "./auth/cookie-sessions.js";
import { RowSessions } from "./auth/row-sessions.js";
import { SessionStrategy } from "./auth/session.strategy.js";
import { Sessions } from "./auth/sessions.js";
import { ENV, type Env } from "./env.js";
import { MeController } from "./me.controller.js";
import { ProductsController } from "./products.controller.js";
import { Products } from "./products.js";

@Module({})
export class AppModule {
  static with(env: Env): DynamicModule {
    return {
      module: AppModule,
      imports: [PassportModule],
      controllers: [MeController, ProductsController],
      providers: [
        { provide: ENV, useValue: env },
        { provide: Sessions, useFactory: () => sessionsOf(env) },
        SessionStrategy,
        BearerStrategy,
        Products,
      ],
    };
  }
}

function sessionsOf(env: Env): Sessions {
  return env.strategy === "database"
    ? new RowSessions(env.databaseUrl)
    : new CookieSessions(env.secrets, env.cookieName);
}
