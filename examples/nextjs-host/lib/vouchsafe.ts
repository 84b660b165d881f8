// Signs what this product says to Vouchsafe. The private key stays here; Vouchsafe has the public one in host_login.public_key.
import { importPKCS8, SignJWT } from 'jose'

/** Addresses without a slash at their end. */
export const PRODUCT = process.env['PRODUCT_ORIGIN'] ?? 'https://product.example.com'
export const VOUCHSAFE = process.env['VOUCHSAFE_ISSUER'] ?? 'https://id.example.com'

/** `typ` is handover+jwt or logout+jwt. */
export async function sign(typ: string, claims: Record<string, unknown>): Promise<string> {
  const key = await importPKCS8(process.env['VOUCHSAFE_HANDOVER_KEY'] ?? '', 'ES256')
  return new SignJWT({ ...claims, jti: crypto.randomUUID() })
    .setProtectedHeader({ alg: 'ES256', typ })
    .setIssuer(PRODUCT)
    .setAudience(VOUCHSAFE)
    .setIssuedAt()
    .setExpirationTime('60s')
    .sign(key)
}
