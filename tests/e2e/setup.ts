/** Before the first test: what the apps of all workers get their databases from. */
export { prepareDatabases as default } from "./databases";
