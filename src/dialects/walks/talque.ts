/** A client as talque's pages tell how to write one: no PKCE, the secret in the body, and a POST for what is known of the person. */
export const talque = {
  dialect: 'talque',
  title: 'talque',
  about: 'A code for a token that says when it ends, and a POST for what you let it know of you.',
  client: { token_endpoint_auth_method: 'client_secret_post', grant_types: ['authorization_code'], scope: 'EMAIL PROFILE' },
  steps: [
    {
      title: 'An authorization code is asked for',
      method: 'GET',
      path: '/oauth2/authorization',
      send: { scope: 'EMAIL PROFILE', response_type: 'code', client_id: '$client_id', redirect_url: '$redirect_uri', state: '$state' },
    },
    {
      title: 'The code is redeemed',
      method: 'POST',
      path: '/oauth2/access-token',
      send: { grant_type: 'authorization_code', code: '$code', client_id: '$client_id', client_secret: '$client_secret' },
    },
    { title: 'The person is asked for', method: 'POST', path: '/oauth2/info', auth: 'bearer', send: {} },
  ],
}
