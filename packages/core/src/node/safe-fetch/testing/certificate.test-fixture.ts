/** Certificates for tests, made on the spot: P-256, signed by themselves, good for an hour (RFC 5280 §4.1). */
import { generateKeyPairSync, sign } from 'node:crypto'

/** Both in PEM. */
export interface TestCertificate {
  readonly cert: string
  readonly key: string
}

/** ecdsa-with-SHA256 (RFC 5758 §3.2). */
const ECDSA_SHA256 = write(0x30, Buffer.from('06082a8648ce3d040302', 'hex'))
/** No name at all: what counts are the alternative names. */
const NOBODY = write(0x30)
const SUBJECT_ALTERNATIVE_NAME = Buffer.from('0603551d11', 'hex')

/** Takes DNS names; `validFrom` and `validUntil` in milliseconds. */
export function makeCertificate(
  names: readonly string[],
  { validFrom = Date.now() - 60_000, validUntil = Date.now() + 3_600_000 } = {},
): TestCertificate {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const alternativeNames = write(0x30, ...names.map((name) => write(0x82, Buffer.from(name))))
  // Critical, as it has to be where the subject is empty (RFC 5280 §4.2.1.6).
  const extension = write(0x30, SUBJECT_ALTERNATIVE_NAME, Buffer.from('0101ff', 'hex'), write(0x04, alternativeNames))
  const body = write(
    0x30,
    write(0xa0, Buffer.from('020102', 'hex')),
    Buffer.from('020101', 'hex'),
    ECDSA_SHA256,
    NOBODY,
    write(0x30, writeTime(validFrom), writeTime(validUntil)),
    NOBODY,
    publicKey.export({ type: 'spki', format: 'der' }),
    write(0xa3, write(0x30, extension)),
  )
  const signature = write(0x03, Buffer.of(0), sign('sha256', body, privateKey))
  const der = write(0x30, body, ECDSA_SHA256, signature)
  return {
    cert: `-----BEGIN CERTIFICATE-----\n${der.toString('base64').replace(/.{64}/g, '$&\n')}\n-----END CERTIFICATE-----\n`,
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
  }
}

function writeTime(ms: number): Buffer {
  const digits = new Date(ms).toISOString().replace(/\D/g, '').slice(0, 14)
  return write(0x18, Buffer.from(`${digits}Z`))
}

/** One DER value (X.690 §8.1). */
function write(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(parts)
  const { length } = content
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 0xff]
  return Buffer.concat([Buffer.from([tag, ...size]), content])
}
