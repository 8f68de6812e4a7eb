/** `@countersign/client/loopback`: takes the browser's answer on this machine, for agents that act for a person. */
export { authorizeOnLoopback, type LoopbackAuthorization, type LoopbackOptions } from './loopback-authorization.ts'
