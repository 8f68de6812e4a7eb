/** The names of token exchange on the wire (RFC 8693 §2.1, §3). */

/** `grant_type`. */
export const TOKEN_EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange'

/** The one type of token that is taken, and the one that is issued. */
export const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token'
