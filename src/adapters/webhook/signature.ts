import { createHmac, timingSafeEqual } from 'node:crypto';

/** The header that carries the signature: `t=<unix seconds>,v1=<hex>`. */
export const SIGNATURE_HEADER = 'Folios-Signature';

/** A receiver takes no signature that is older than this, so that a recorded message cannot be played again later. */
export const SIGNATURE_TOLERANCE_SECONDS = 300;

/** Signs a body: HMAC-SHA256 with the channel's secret over `<unix seconds>.<body>`. */
export function signatureOf(secret: string, body: string, at: Date): string {
  const seconds = Math.floor(at.getTime() / 1000);
  return `t=${seconds},v1=${hmac(secret, seconds, body)}`;
}

/** What a receiver does: whether the header fits the body and is not older, or more ahead, than the tolerance. */
export function isSignedBy(secret: string, header: string, body: string, now: Date): boolean {
  const parts = /^t=(\d{1,12}),v1=([0-9a-f]{64})$/.exec(header);
  if (!parts) return false;
  const seconds = Number(parts[1]);
  if (Math.abs(now.getTime() / 1000 - seconds) > SIGNATURE_TOLERANCE_SECONDS) return false;
  return timingSafeEqual(Buffer.from(hmac(secret, seconds, body)), Buffer.from(parts[2] ?? ''));
}

function hmac(secret: string, seconds: number, body: string): string {
  return createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex');
}
