export {
  startLogto,
  type Mail,
  type StandIn,
  type StandInClient,
  type StandInOptions,
  type Tenant,
} from "./server.js";
