/** A client as Screening Eagle's pages tell how to write one: all seven parameters, S256, and the secret by Basic. */
export const screeningEagle = {
  dialect: 'screening-eagle',
  title: 'Screening Eagle',
  about: 'Seven parameters, none of which may be missing, and a secret that travels in a header.',
  client: {
    token_endpoint_auth_method: 'client_secret_basic',
    grant_types: ['authorization_code'],
    scope: 'openid email profile inspect',
  },
  steps: [
    {
      title: 'An authorization code is asked for',
      method: 'GET',
      path: '/api/id/v1/auth/authorize',
      send: {
        redirect_uri: '$redirect_uri',
        response_type: 'code',
        client_id: '$client_id',
        scope: 'openid email profile inspect',
        state: '$state',
        code_challenge: '$code_challenge',
        code_challenge_method: 'S256',
      },
    },
    {
      title: 'The code is redeemed',
      method: 'POST',
      path: '/api/id/v1/auth/token',
      auth: 'basic',
      send: { grant_type: 'authorization_code', code: '$code', redirect_uri: '$redirect_uri', code_verifier: '$code_verifier' },
    },
    {
      title: 'The token is revoked',
      method: 'POST',
      path: '/api/id/v1/auth/token/revoke',
      auth: 'basic',
      send: { token: '$access_token', token_type_hint: 'access_token' },
    },
  ],
}
