/** A client as WorkDigital's pages tell how to write one: no scope, no PKCE, the registered callback, and the secret in the body. */
export const worksmart = {
  dialect: 'worksmart',
  title: 'WorkSmart',
  about: 'No scopes: the app gets what it is registered for, and a refresh token with it.',
  client: {
    token_endpoint_auth_method: 'client_secret_post',
    grant_types: ['authorization_code', 'refresh_token'],
    scope: 'invoices.read',
  },
  steps: [
    {
      title: 'An authorization code is asked for',
      method: 'GET',
      path: '/api/v1/oauth2/authorize',
      send: { client_id: '$client_id', response_type: 'code', state: '$state' },
    },
    {
      title: 'The code is redeemed',
      method: 'POST',
      path: '/api/v1/oauth2/token',
      send: { client_id: '$client_id', client_secret: '$client_secret', grant_type: 'authorization_code', code: '$code' },
    },
    {
      title: 'The tokens are refreshed',
      method: 'POST',
      path: '/api/v1/oauth2/token',
      send: { client_id: '$client_id', client_secret: '$client_secret', grant_type: 'refresh_token', refresh_token: '$refresh_token' },
    },
  ],
}
