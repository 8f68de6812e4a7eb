/** Capabilities: matched, narrowed, delegated. */
export {}
