/** What was started together with the server, for a first try on one computer. Addresses are absolute. */
export interface FirstRun {
  demo_app: string
  demo_api: string
  /** How to sign in as the demo person: made anew at each start. */
  email: string
  password: string
  /** Where everything is kept, as a person would write it. */
  database: string
  version: string
  /** Milliseconds from the start of the program until it was ready. */
  started_ms: number
}
