/** The guard's side towards MCP servers: who is calling, and whether the policy fits the server. */
export { readCaller } from './caller.ts'
export { assertDeclaredNames, type NamingTables } from './declared-names.ts'
