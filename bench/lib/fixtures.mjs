/** The two clients that every server knows, and who uses them. */
export const WEB = {
  client_id: 'bench-web',
  client_secret: 'bench-web-secret-0123456789abcdef0123456789abcdef',
  redirect_uri: 'https://client.bench.example/cb',
}
export const SERVICE = { client_id: 'bench-service', client_secret: 'bench-service-secret-0123456789abcdef0123456789ab' }
export const RESOURCE = 'https://api.bench.example'
export const PASSWORD = 'otter-lantern-62'
export const PEOPLE = 64
export const emailOf = (person) => `person-${person}@bench.example`
