import type { Milliseconds } from './clock.ts'

/** What was decided. 'limited': it ends earlier now, and may do what it could before. */
export type ReceiptDecision = 'allowed' | 'narrowed' | 'paused' | 'resumed' | 'limited' | 'withdrawn'

/** One decision of one person about one client, kept for good: together they are a chain, in the order in which they were made. */
export interface Receipt {
  receipt_id: string
  sub: string
  client_id: string
  at: Milliseconds
  decision: ReceiptDecision
  scope: string
  resource?: string[]
  expires_at?: Milliseconds
  /** The client's name and the host of the redirect, as they were shown. */
  client_name?: string
  redirect_host?: string
  /** What stood on the page, letter for letter; none where nothing was shown, or where it was erased with the account. */
  shown?: Shown
  /** How it was decided: on a page of ours, on one that the product drew of what we told it, through an API, or by a command of an operator. */
  through?: 'page' | 'product' | 'api' | 'command'
}

/** What a person had before their eyes when they decided, as it was worded, in the language of the page; what a product was told, where that drew it. */
export interface Shown {
  /** BCP 47. */
  language: string
  title: string
  /** The product whose account it is about. */
  product?: string
  client: ShownClient
  redirect_host: string
  /** It was said that the answer goes to a program on this computer. */
  native?: true
  /** It was said that the app keeps its access while the person is away. */
  offline?: true
  /** In the order of the page. */
  scopes: ShownScope[]
  /** Details that were asked for one by one. @spec OIDC Core §5.5 */
  claims?: { names: string[]; title: string; required: boolean; on: boolean }
  resources?: { resource: string; name: string; lang?: string }[]
  /** What was allowed before and goes on: titles. */
  already?: string[]
  /** The end that was chosen, as it was called. */
  duration?: string
  /** All ends that there were to choose from. */
  durations?: { title: string; note: string; on: boolean }[]
  /** Every other sentence of our page, by names of ours: none where the product drew it, or a program asked. */
  said?: Readonly<Record<string, string>>
  /** Where only the difference from an earlier consent was shown. */
  difference?: ShownDifference
  /** The family of the browser and its system, from a list of ours: "Firefox, Linux". */
  device?: string
}

/** Who asked, in the version that was shown. Its name, its standing and its addresses. */
export interface ShownClient {
  name: string
  reviewed: boolean
  /** Stands for all that people see of it. */
  looks: string
  /** Who publishes it, as the deployment said. */
  publisher?: string
  ai_agent?: boolean
  logo_uri?: string
  client_uri?: string
  policy_uri?: string
  tos_uri?: string
}

export interface ShownScope {
  scope: string
  title: string
  text: string
  /** The languages of both, where they were others than the page's. */
  lang?: string
  text_lang?: string
  /** 1 about the person, 2 looks at their things, 3 acts in their name. */
  level: number
  /** It could not be switched off. */
  required: boolean
  on: boolean
}

/** What of an earlier consent was shown to change. */
export interface ShownDifference {
  /** The earlier receipt, where it is known. */
  receipt_id?: string
  changed: { what: string; was: string; is: string }[]
  /** Titles. */
  gone: string[]
}

/** Characters of JSON that `shown` may have: more is asked of nobody at once. */
export const LONGEST_SHOWN = 100_000

/** A receipt with its place in the person's chain. One from before there were chains has neither place nor hash. */
export interface StoredReceipt extends Receipt {
  /** From 1, without a gap. */
  seq?: number
  /** The hash of the receipt before; '' of the first. */
  prev?: string
  /** Stands for `shown` and its salt, also when both were erased: SHA-256, base64url. */
  shown_hash?: string
  /** Random, so that nobody who knows what pages look like can guess an erased text by its hash. */
  salt?: string
  /** SHA-256 over all of it but `shown` and `salt`, for which `shown_hash` stands; base64url. */
  hash?: string
}

/** Which receipts of a person, the newest first. */
export interface ReceiptPage {
  /** The receipt_id with which the part before ended; none to begin. */
  after?: string
  /** At most this many, 1 to 1000. */
  limit: number
  client_id?: string
}

/** Which chains are read. */
export interface ReceiptsToVerify {
  /** Only this person's; else everybody's. */
  sub?: string
  /** Also whether each receipt that the audit log names is there. That reads the whole log. */
  audit?: boolean
}

/** What is wrong with a person's chain, and from which receipt on to which. */
export interface ReceiptFinding {
  sub: string
  /** None of a receipt that only the audit log tells of. */
  seq?: number
  /** The last one that it is about, where there are several. */
  until?: number
  receipt_id?: string
  /**
   * 'altered': it is not what was written, or what was shown is not. 'swapped': it stands in another's place. 'missing': others come
   * after it, or the audit log names it. 'cut_off': none does. 'head': the chain's end is noted otherwise than it is.
   */
  how: 'altered' | 'swapped' | 'missing' | 'cut_off' | 'head'
}

export interface ReceiptVerdict {
  people: number
  receipts: number
  /** Receipts from before there were chains: nothing vouches for them. */
  unchained: number
  /** The first hundred. */
  findings: ReceiptFinding[]
  /** There are others. */
  more: boolean
}

/** What a person downloads: all of their receipts, or one of them, whole enough to be verified anywhere. */
export interface ReceiptFile {
  vouchsafe: 'receipts'
  issuer: string
  sub: string
  made_at: Milliseconds
  /** Where the chain ended then; null where there is none, or where only a part is in this file. */
  chain: { entries: number; head: string } | null
  /** The newest first. */
  receipts: StoredReceipt[]
  /** Where there were more than a file holds: the receipt_id after which the next one begins. */
  next?: string
}
