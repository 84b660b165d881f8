/** What one customer of a network holds: one IPv4 address, or the first 64 bits of an IPv6 one. '' stays ''. @spec RFC 6177 §2 */
export function networkOf(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)
  if (mapped) return mapped[1]!
  if (!address.includes(':')) return address
  const [head = '', tail] = address.split('%')[0]!.split('::')
  const first = head === '' ? [] : head.split(':')
  const last = tail === undefined || tail === '' ? [] : tail.split(':')
  const gap = tail === undefined ? [] : Array<string>(Math.max(0, 8 - first.length - last.length)).fill('0')
  const groups = [...first, ...gap, ...last].slice(0, 4)
  return `${groups.map((group) => Number.parseInt(group, 16).toString(16)).join(':')}::/64`
}

/** The first 48 bits of an IPv6 network: what one customer is given at most. Null for IPv4. */
export function siteOf(network: string): string | null {
  return network.includes(':') ? network.split(':').slice(0, 3).join(':') : null
}

/** Roughly where an address is: 256 addresses of IPv4, a site of IPv6. '' where it is none. */
export function regionOf(address: string): string {
  const network = networkOf(address)
  const site = siteOf(network)
  if (site !== null) return `${site}::/48`
  return /^\d+\.\d+\.\d+\.\d+$/.test(network) ? network.replace(/\d+$/, '0/24') : ''
}
