/** Runs before the first test: prepares the databases for the apps of all workers. */
export { prepareDatabases as default } from "./databases";
