/** A certificate for 127.0.0.1 and localhost, made on the spot: P-256, signed by itself, good for a day (RFC 5280 §4.1). */
import { generateKeyPairSync, sign } from 'node:crypto'

/** Both in PEM; the certificate is its own authority. */
export interface Certificate {
  readonly cert: string
  readonly key: string
}

const DAY = 86_400_000
/** ecdsa-with-SHA256 (RFC 5758 §3.2). */
const ECDSA_SHA256 = write(0x30, Buffer.from('06082a8648ce3d040302', 'hex'))
/** No name at all: what counts are the alternative names. */
const NOBODY = write(0x30)
const SUBJECT_ALTERNATIVE_NAME = Buffer.from('0603551d11', 'hex')

/** Makes one, with a key of its own. */
export function makeCertificate(): Certificate {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const names = write(0x30, write(0x82, Buffer.from('localhost')), write(0x87, Buffer.of(127, 0, 0, 1)))
  // Critical, as it has to be where the subject is empty (RFC 5280 §4.2.1.6).
  const extension = write(0x30, SUBJECT_ALTERNATIVE_NAME, Buffer.from('0101ff', 'hex'), write(0x04, names))
  const body = write(
    0x30,
    write(0xa0, Buffer.from('020102', 'hex')),
    Buffer.from('020101', 'hex'),
    ECDSA_SHA256,
    NOBODY,
    write(0x30, writeTime(Date.now() - DAY), writeTime(Date.now() + DAY)),
    NOBODY,
    publicKey.export({ type: 'spki', format: 'der' }),
    write(0xa3, write(0x30, extension)),
  )
  const der = write(0x30, body, ECDSA_SHA256, write(0x03, Buffer.of(0), sign('sha256', body, privateKey)))
  const lines = der.toString('base64').replace(/.{64}/g, '$&\n')
  return {
    cert: `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`,
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
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
