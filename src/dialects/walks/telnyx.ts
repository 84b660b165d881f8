/** A client as Telnyx's pages tell how to write one: sign-in and consent on the address itself, then token and introspection. */
export const telnyx = {
  dialect: 'telnyx',
  title: 'Telnyx',
  about: 'You sign in and decide on the authorization address itself; then the app asks what its token is worth.',
  client: { token_endpoint_auth_method: 'client_secret_basic', grant_types: ['authorization_code', 'refresh_token'], scope: 'admin' },
  steps: [
    {
      title: 'An authorization code is asked for',
      method: 'GET',
      path: '/v2/oauth/authorize',
      send: {
        client_id: '$client_id',
        redirect_uri: '$redirect_uri',
        response_type: 'code',
        scope: 'admin',
        state: '$state',
        code_challenge: '$code_challenge',
        code_challenge_method: 'S256',
      },
    },
    {
      title: 'The code is redeemed',
      method: 'POST',
      path: '/v2/oauth/token',
      auth: 'basic',
      send: { grant_type: 'authorization_code', code: '$code', code_verifier: '$code_verifier', redirect_uri: '$redirect_uri' },
    },
    { title: 'The token is introspected', method: 'POST', path: '/v2/oauth/introspect', auth: 'basic', send: { token: '$access_token' } },
  ],
}
