/** The guard on Node's HTTP servers. */
export { createNodeListener, type NodeListenerOptions } from './node-listener.ts'
export { closeServer, hardenServer, listen, type ServedGuard, type ServeOptions, serve } from './serve.ts'
