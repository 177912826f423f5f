import { lookup as resolveName } from 'node:dns/promises';
import type { LookupFunction } from 'node:net';
import ipaddr from 'ipaddr.js';
import { FoliosError } from '../../contracts/errors.ts';

/** Which addresses may be sent to that are not public, and by http: all, or hosts and networks (CIDR) by name. */
export type PrivateAllowance = 'none' | 'all' | readonly string[];

/**
 * Says for addresses whether they may be sent to. What is not plainly public (loopback, private, link-local, reserved, the
 * cloud's metadata, an IPv4 address inside an IPv6 one) is denied unless it is allowed.
 */
export function createAddressGuard(allowance: PrivateAllowance) {
  const mayReach = (host: string, address: string): boolean =>
    isPublic(address) || allowance === 'all' || (allowance !== 'none' && isListed(allowance, host, address));

  /** The addresses of a host, each of which may be sent to. NOTIFICATION_DENIED, NOTIFICATION_FAILED. */
  const addressesOf = async (host: string): Promise<readonly { address: string; family: number }[]> => {
    const bare = host.replace(/^\[|\]$/g, '');
    const found = await resolveName(bare, { all: true }).catch(() => []);
    if (found.length === 0) throw new FoliosError('NOTIFICATION_FAILED', 'the name of the channel has no address');
    // One bad address is enough: which one a connection takes is chance.
    if (found.every(({ address }) => mayReach(bare, address))) return found;
    throw denied('its address is not public');
  };

  return {
    /** What a connection resolves its host with: it can only reach what was looked at, whatever the name's next answer is. */
    lookup: ((hostname, options, callback) => {
      addressesOf(hostname).then(
        (found) => {
          const [first] = found;
          if (options.all) callback(null, [...found]);
          else callback(null, first?.address ?? '', first?.family ?? 4);
        },
        (error: NodeJS.ErrnoException) => callback(error, '', 4),
      );
    }) satisfies LookupFunction,
    addressesOf,
    /** NOTIFICATION_DENIED for plain http to anything but what is allowed although it is not public. */
    requireEncrypted(url: URL): void {
      if (url.protocol === 'https:') return;
      const isAllowed =
        allowance === 'all' || (allowance !== 'none' && isListed(allowance, url.hostname, url.hostname));
      if (url.protocol !== 'http:' || !isAllowed) throw denied('it is not https');
    },
  };
}
export type AddressGuard = ReturnType<typeof createAddressGuard>;

function denied(why: string): FoliosError {
  return new FoliosError(
    'NOTIFICATION_DENIED',
    `the channel must not be sent to: ${why} (FOLIOS_ALLOW_PRIVATE_WEBHOOKS)`,
  );
}

function isPublic(address: string): boolean {
  return ipaddr.isValid(address) && ipaddr.process(address).range() === 'unicast';
}

function isListed(allowed: readonly string[], host: string, address: string): boolean {
  return allowed.some((one) => one.toLowerCase() === host.toLowerCase() || isInNetwork(one, address));
}

function isInNetwork(network: string, address: string): boolean {
  if (!ipaddr.isValid(address)) return false;
  const parsed = ipaddr.process(address);
  if (!ipaddr.isValidCIDR(network))
    return ipaddr.isValid(network) && ipaddr.process(network).toString() === parsed.toString();
  const [base, bits] = ipaddr.parseCIDR(network);
  return base.kind() === parsed.kind() && parsed.match(base, bits);
}
