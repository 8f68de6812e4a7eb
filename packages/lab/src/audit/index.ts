/** The audit: the attacks, against a server that its operator names. */
export {}
