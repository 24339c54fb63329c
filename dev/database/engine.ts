import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { PrismaPg } from "@prisma/adapter-pg";
import {
  bindMigrationAwareSqlAdapterFactory,
  ColumnTypeEnum,
  DriverAdapterError,
  isDriverAdapterError,
  type SqlDriverAdapter,
  type SqlMigrationAwareDriverAdapterFactory,
} from "@prisma/driver-adapter-utils";
import * as bindings from "@prisma/schema-engine-wasm/schema_engine_bg";
import { poolConfig } from "../../lib/database/pool";

let instantiated: Promise<void> | undefined;

async function instantiate(): Promise<void> {
  const file = createRequire(import.meta.url).resolve(
    "@prisma/schema-engine-wasm/schema_engine_bg",
  );
  const wasm = await WebAssembly.compile(readFileSync(file.replace(/\.js$/, ".wasm")));
  const { exports } = await WebAssembly.instantiate(wasm, {
    "./schema_engine_bg.js": { ...bindings },
  });
  bindings.__wbg_set_wasm(exports);
  if (typeof exports.__wbindgen_start === "function")
    Reflect.apply(exports.__wbindgen_start, undefined, []);
}

/** The engine shows the messages of these errors only. */
function explain(error: unknown): never {
  if (isDriverAdapterError(error)) throw error;
  const message = error instanceof Error ? error.message : String(error);
  const none = { detail: undefined, column: undefined, hint: undefined };
  throw new DriverAdapterError({ kind: "postgres", code: "", severity: "", message, ...none });
}

/**
 * Connects PrismaPg, and works around two of its faults:
 *
 * - It cannot read PostgreSQL's own tables, as the engine does: it lacks their type "char" (18) and
 *   has only the array of it (1002).
 * - It splits a script at each `;`, also within a string or a function. PostgreSQL itself splits a
 *   script correctly, and rolls all of it back if a statement fails.
 */
async function connect(database: PrismaPg): Promise<SqlDriverAdapter> {
  const adapter = await database.connect();
  const asArray = ({ fields }: { fields: { dataTypeID: number }[] }) => {
    for (const field of fields) if (field.dataTypeID === 18) field.dataTypeID = 1002;
  };
  adapter
    .underlyingDriver()
    .on("connect", (client) => client.connection.on("rowDescription", asArray));
  const { CharacterArray, Character } = ColumnTypeEnum;
  const queryRaw = adapter.queryRaw.bind(adapter);
  adapter.queryRaw = async (query) => {
    const result = await queryRaw(query).catch(explain);
    const columnTypes = result.columnTypes.map((type) =>
      type === CharacterArray ? Character : type,
    );
    return { ...result, columnTypes };
  };
  // Without arguments, pg sends the whole script as one message.
  adapter.executeScript = async (sql) =>
    void (await adapter.executeRaw({ sql, args: [], argTypes: [] }));
  return adapter;
}

/**
 * Runs `use` with Prisma's official schema engine as WebAssembly. Prisma's command line would
 * download a binary instead.
 *
 * @param url of the database. It serves as its own shadow database, so an operation that needs a
 *   shadow database needs the URL of an empty one
 */
export async function withSchemaEngine<Result>(
  url: string,
  use: (engine: bindings.SchemaEngine) => Promise<Result>,
): Promise<Result> {
  await (instantiated ??= instantiate());
  // One connection: the engine's advisory lock belongs to the connection that took it.
  const database = new PrismaPg(poolConfig(url, 1));
  const adapters: SqlDriverAdapter[] = [];
  const open = async () => {
    const adapter = await connect(database);
    adapters.push(adapter);
    return adapter;
  };
  const factory: SqlMigrationAwareDriverAdapterFactory = {
    provider: "postgres",
    adapterName: database.adapterName,
    connect: open,
    connectToShadowDb: open,
  };
  const engine = await bindings.SchemaEngine.new(
    { datamodels: undefined },
    () => undefined,
    bindMigrationAwareSqlAdapterFactory(factory),
  );
  try {
    return await use(engine);
  } finally {
    engine.free();
    await Promise.all(adapters.map((adapter) => adapter.dispose()));
  }
}
