import "reflect-metadata";
import { HttpAdapterHost, NestFactory } from "@nestjs/core";
import type { NestExpressApplication } from "@nestjs/platform-express";
import type { Request, Response } from "express";
import { AppModule } from "./app.module.js";
import { type Env, EnvError, parseEnv } from "./env.js";
import { RefusalFilter } from "./refusals.js";

/** The configuration, or the end of this process with a readable list. */
function readEnv(): Env {
  try {
    return parseEnv(process.env);
  } catch (error) {
    if (!(error instanceof EnvError)) throw error;
    process.stderr.write(`\n${error.message}\n\n`);
    process.exit(1);
  }
}

const env = readEnv();
const app = await NestFactory.create<NestExpressApplication>(AppModule.with(env), {
  logger: ["error", "warn"],
});
app.disable("x-powered-by");
app.use((_request: Request, response: Response, next: () => void) => {
  response.set({ "cache-control": "private, no-store", vary: "Origin" });
  next();
});
// An origin that is not on the list gets no header at all, where a list as `origin` would still
// allow it credentials.
app.enableCors(({ headers }: Request, callback) => {
  const isListed = env.origins.includes(headers.origin ?? "");
  callback(null, {
    origin: isListed,
    credentials: true,
    methods: ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"],
    allowedHeaders: ["content-type", "authorization"],
    maxAge: 600,
  });
});
app.useGlobalFilters(new RefusalFilter(app.get(HttpAdapterHost).httpAdapter));
app.enableShutdownHooks();
await (env.host ? app.listen(env.port, env.host) : app.listen(env.port));
process.stdout.write(`The API listens on port ${env.port}\n`);
