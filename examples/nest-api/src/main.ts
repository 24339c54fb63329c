import "reflect-metadata";
import { HttpAdapterHost, NestFactory } from "@nestjs/core";
import type { NestExpressApplication } from "@nestjs/platform-express";
import type { Request, Response } from "express";
import { AppModule } from "./app.module.js";
import { type Env, EnvError, parseEnv } from "./env.js";
import { ErrorFilter } from "./errors.js";

/** Returns the configuration. If it is invalid, prints the problems and ends the process. */
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
// An origin that is not listed gets no CORS header at all. With a list as `origin`, it would still
// get `Access-Control-Allow-Credentials`.
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
app.useGlobalFilters(new ErrorFilter(app.get(HttpAdapterHost).httpAdapter));
app.enableShutdownHooks();
await (env.host ? app.listen(env.port, env.host) : app.listen(env.port));
process.stdout.write(`The API listens on port ${env.port}\n`);
