/** Friction: what a tool asks of a client that leans on it. */
export {}
