import { html } from '../html.ts'

/** The page of a first try, for whoever builds with it: in English, like the documentation. */
export const firstRunWords = {
  title: 'Vouchsafe is running',
  ready: 'Ready',
  facts: (version: string, seconds: string) => `version ${version}, for development, started in ${seconds} s`,
  text: 'A server, a make-believe product and an app that wants into it are up on this computer. Follow one consent from end to end.',
  demo: 'Open the demo app',
  signInAs: 'Sign in as',
  email: 'Email',
  password: 'Password',
  made: 'Made on this start, for this computer only. One click selects each.',
  running: 'What is running',
  server: 'Authorization server',
  metadata: 'What it can do',
  demoApp: 'Demo app',
  demoApi: 'Demo API',
  database: 'Everything it knows',
  fromHere: 'From here',
  step1: (apps: string) => html`<b>Say yes to the demo app</b>, then end it in <a href="${apps}">Connected apps</a>`,
  step2: html`<b>Register your own app</b><br><code>npx vouchsafe client add --metadata '{"redirect_uris":["http://127.0.0.1/cb"]}'</code>`,
  step3: html`<b>Add your own people</b><br><code>npx vouchsafe user add --email you@yourproduct.example --password-stdin</code>`,
  step4: html`<b>Give the pages your name</b>: <code>product</code> in <code>vouchsafe.config.ts</code>`,
  step5: html`<b>Go public</b><br><code>npx vouchsafe doctor --issuer https://id.yourproduct.example</code>`,
  foot: 'This page is shown on this computer only, until you have added the first person of your own.',
  stop: 'Stop it with Ctrl C. What you did stays.',
}
