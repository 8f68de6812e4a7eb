/** Where the sentences stand that checks hold servers to. */

const rfc =
  (number: number) =>
  (section: string): string =>
    `https://www.rfc-editor.org/rfc/rfc${number}#section-${section}`

/** Links to sections of the specifications. */
export const specifications = {
  rfc6750: rfc(6750),
  rfc7009: rfc(7009),
  rfc7636: rfc(7636),
  rfc7662: rfc(7662),
  rfc8259: rfc(8259),
  rfc8414: rfc(8414),
  rfc8725: rfc(8725),
  rfc9068: rfc(9068),
  rfc9110: rfc(9110),
  rfc9207: rfc(9207),
  rfc9449: rfc(9449),
  rfc9700: rfc(9700),
  rfc9728: rfc(9728),
  mcpAuthorization: (anchor: string) =>
    `https://modelcontextprotocol.io/specification/2025-11-25/basic/authorization#${anchor}`,
  mcpTransport: (anchor: string) =>
    `https://modelcontextprotocol.io/specification/2025-11-25/basic/transports#${anchor}`,
  mcpPractices: (anchor: string) =>
    `https://modelcontextprotocol.io/specification/2025-11-25/basic/security_best_practices#${anchor}`,
} as const
