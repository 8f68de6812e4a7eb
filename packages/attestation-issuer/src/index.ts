/** The attestation issuer: deployments attested over HTTP, its keys and its database. */
export {}
