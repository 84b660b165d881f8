import type { ErrorCode, ErrorReason } from '../../../core/model/error.ts'
import { type Html, html } from '../html.ts'

/** What happened, what did not, whose doing it is, and whether trying again helps. `app` is its name, or "An app". */
export interface ErrorWords {
  title: (app: string | Html) => Html
  text: (app: string | Html) => Html
}

/** Names inside a sentence come as markup, so that each keeps its own direction. Addresses, hosts and numbers come as texts. */
export const english = {
  lang: 'en',
  dir: 'ltr' as 'ltr' | 'rtl',
  skip: 'Skip to the content',
  help: 'Help',
  privacy: 'Privacy',
  terms: 'Terms',
  signOut: 'Sign out',
  errorTitle: (title: string) => `Error: ${title}`,
  keptBy: (host: string) => `${host}, kept by Vouchsafe`,

  login: {
    title: 'Sign in',
    again: 'Sign in again',
    with: (product: string) => `with your ${product} account`,
    againFor: (app: Html) => html`${app} asks you to show once more that it is you`,
    errand: (app: Html, host: string) => html`Then on to <b>${app}</b> at <span class="host">${host}</span>`,
    errandHere: (app: Html) => html`Then on to <b>${app}</b> on this device`,
    email: 'Email',
    password: 'Password',
    submit: 'Sign in',
    or: 'or',
    goOnAs: (name: Html) => html`Continue as ${name}`,
    other: 'Use another account',
    wrong: 'That email and password do not match',
    check: 'Check both.',
    left: (tries: number) =>
      tries === 1
        ? 'One try is left before a pause of 15 minutes.'
        : `${['', '', 'Two', 'Three'][tries] ?? tries} tries are left before a pause of 15 minutes.`,
    paused: 'Too many tries',
    pausedText: (minutes: number) =>
      `Signing in is paused for ${minutes === 1 ? 'one minute' : `${minutes} minutes`}. Nothing is wrong with your account. The right password does not help before then.`,
  },

  consent: {
    title: (app: string) => `${app} asks for access`,
    heading: (app: Html, product: string) => html`${app} asks to use your ${product.replaceAll(' ', '\u00A0')} account`,
    reviewed: 'Reviewed',
    reviewedText: (product: string) => `${product} has looked at this app.`,
    unverified: 'Publisher not verified',
    unverifiedText: (app: Html, product: string) => html`Nobody at ${product} has checked who runs ${app}. Go on only if you know them.`,
    here: 'The answer stays on this computer',
    hereText: (app: Html, host: string) =>
      html`It goes to a program here, at <span class="host">${host}</span>. We cannot tell which one. Go on only if <b>you</b> started ${app} a moment ago.`,
    sentTo: 'Your answer is sent to',
    papers: 'Their papers',
    policy: 'Privacy policy',
    and: 'and',
    tos: 'terms',
    tosAlone: 'Terms',
    ownSite: (papers: Html) => html`${papers}, on their own site`,
    signedInAs: 'Signed in as',
    switchAccount: ', switch account',
    other: 'Use another account',
    what: (app: Html) => html`What ${app} could do`,
    whatMixed: 'Required items are needed for the app to work at all. The others are yours to choose, and they start off.',
    whatRequired: 'All of this is needed for the app to work at all.',
    whatOptional: 'All of this is yours to choose, and it starts off.',
    whatUnreviewed: (app: Html) => html`Nobody has reviewed ${app}, so nothing is required and everything starts off.`,
    whatNothing: (app: Html) =>
      html`${app} could recognise you when you come back, by a number that stands for you. It learns nothing else.`,
    levels: {
      1: { title: 'About you', note: 'low' },
      2: { title: 'Looks at your things', note: 'private' },
      3: { title: 'Acts in your name', note: 'think twice' },
    },
    required: 'Required',
    claims: 'Know these details about you',
    nothingOn: 'Nothing is switched on',
    nothingOnText: (app: Html) => html`Switch on what ${app} may do, or deny.`,
    where: 'Where',
    already: (app: Html) => html`What ${app} may do already`,
    alreadyText: 'Your answer on how long counts for this too.',
    howLong: 'How long',
    once: 'Just this once',
    onceNote: 'ends after 1 hour',
    month: '30 days',
    monthNote: (day: string) => `until ${day}`,
    revoked: 'Until I revoke it',
    revokedNote: (days: number) => `ends if unused ${days} days`,
    offline: 'It keeps its access while you are away.',
    willNot: (app: Html) => html`What ${app} will not get`,
    willNotText: 'Your password, and anything that is not on this page. It can ask for more later, and you would see a page like this one.',
    next: (app: Html, host: string, apps: string) =>
      html`If you allow, you go back to <b>${host}</b> and find this in <a href="${apps}">Connected apps</a>, where you can end it. If you deny, ${app} learns only that.`,
    nextHere: (app: Html, apps: string) =>
      html`If you allow, you go back to ${app} and find this in <a href="${apps}">Connected apps</a>, where you can end it. If you deny, ${app} learns only that.`,
    deny: 'Deny',
    allow: 'Allow',
  },

  account: {
    nav: 'Your account',
    rooms: { profile: 'Profile', security: 'Sign-in and security', apps: 'Connected apps', receipts: 'Receipts', devices: 'Devices' },
  },

  apps: {
    count: (apps: number) =>
      apps === 1 ? 'One app may use your account.' : `${['', '', 'Two', 'Three', 'Four', 'Five'][apps] ?? apps} apps may use your account.`,
    list: 'Apps',
    none: 'No app yet',
    noneText: 'When you allow an app to use your account, it stands here, and you can end it here.',
    reviewed: 'Reviewed',
    notReviewed: 'Not reviewed',
    stopped: 'Stopped',
    itMay: 'It may:',
    recognise: 'Recognise you',
    sentTo: 'Answers go to',
    since: 'Allowed',
    until: 'Ends',
    untilRevoked: 'When you revoke it',
    where: 'Where',
    revoke: 'Revoke',
    revokeText: (app: Html) => html`${app} loses access at once and must ask you again. What it already copied stays with it.`,
    revokeOne: (app: Html) => html`Revoke ${app}`,
    revoked: (app: Html) => html`${app} is revoked`,
    revokedText: 'It gets nothing more. It can ask you again, and you would see the question.',
  },

  logout: {
    title: 'Sign out',
    heading: (product: string) => `Sign out of ${product}?`,
    asked: (app: Html, email: Html) => html`<b>${app}</b> asks this for ${email}.`,
    you: (email: Html) => html`You are signed in as ${email}. Connected apps go on working.`,
    afterwards: (host: string) => html`Afterwards you go to <span class="host" id="logout-redirect-host">${host}</span>.`,
    stay: 'Stay signed in',
    confirm: 'Sign out',
    doneTitle: 'Signed out',
    done: 'You are signed out',
    doneText: 'In this browser. Apps that you have open may still know you: sign out there too if others use this computer.',
    again: 'Sign in again',
  },

  home: {
    title: 'Your account',
    heading: (product: string) => `${product} accounts`,
    text: (product: string) => `Here you sign in to ${product}, and decide which apps may use your account.`,
    signIn: 'Sign in',
    apps: 'Connected apps',
  },

  error: {
    stopped: 'Stopped',
    ours: 'Our fault',
    busy: 'Busy',
    anApp: 'An app',
    theApp: 'the app',
    home: (product: string) => `Go to ${product}`,
    retry: 'Try again',
    reference: 'Reference',
    time: 'Time',
    code: 'Name of the error',
    developer: 'What to tell the developer',
    quote: (sentence: string, reference: string) => html`“${sentence} Reference <span class="nowrap">${reference}</span>.”`,
    wait: (minutes: number) => (minutes === 1 ? 'Trying again in a minute is safe.' : `Trying again in ${minutes} minutes is safe.`),
  },

  /** By what the refusal says that people should read. */
  reasons: {
    unknown_client: {
      title: () => html`An app sent you here that we do not know`,
      text: () =>
        html`Nobody has registered it with us, or it was taken away. Nothing about you was passed on. It is not your doing, and trying again will not help.`,
    },
    unknown_redirect: {
      title: (app) => html`${app} sent you here with an address that we do not know`,
      text: (app) =>
        html`We cannot be sure that your answer would reach ${app}, so we stopped. Nothing about you was passed on. It is not your doing, and trying again will not help.`,
    },
    ended: {
      title: () => html`This request has ended`,
      text: (app) =>
        html`It waited too long, or it was answered already. Nothing about you was passed on just now. Go back to ${app} and start again there.`,
    },
    not_found: {
      title: () => html`There is no page at this address`,
      text: () => html`The link that brought you here is wrong or old. Nothing about you was passed on.`,
    },
    too_many: {
      title: () => html`That was too often`,
      text: () =>
        html`We stopped for a while, to keep accounts safe and the service up. Nothing was changed and nothing about you was passed on.`,
    },
    no_cookies: {
      title: () => html`Your browser keeps no cookies for this page`,
      text: (app) =>
        html`Without one we cannot tell your browser from another, so we stopped. Nothing about you was passed on. Allow cookies for this address, then start again at ${app}.`,
    },
    foreign_form: {
      title: () => html`This form did not come from our page`,
      text: () =>
        html`Another site may have tried to answer for you, so we stopped. Nothing was changed and nothing about you was passed on. Open the page anew and answer there.`,
    },
    moving: {
      title: () => html`We are moving to another machine`,
      text: () =>
        html`For a few minutes nothing can be changed here. Your answer was not saved and nothing about you was passed on; all that you have allowed before stays as it is.`,
    },
    handover: {
      title: () => html`The sign-in did not come through`,
      text: () =>
        html`The product where you sign in could not tell us in time, or not clearly enough, who you are. You were not signed in here and nothing about you was passed on. Go back to where you started and try once more.`,
    },
  } as Readonly<Record<ErrorReason, ErrorWords>>,

  /** By the standard's name for it, where there is no reason. */
  codes: {
    server_error: {
      title: () => html`Something broke on our side`,
      text: () => html`Your answer may not have been saved, and nothing was passed on. We have a note of what happened.`,
    },
    temporarily_unavailable: {
      title: () => html`Too many people are here at this moment`,
      text: () => html`Your answer was not saved and nothing was passed on.`,
    },
    access_denied: {
      title: () => html`Access was denied`,
      text: () => html`Nothing about you was passed on.`,
    },
  } as Readonly<Partial<Record<ErrorCode, ErrorWords>>>,

  /** For everything else that an app got wrong. */
  unreadable: {
    title: (app: string | Html) => html`${app} sent you here with a request that we cannot read`,
    text: () =>
      html`We could not tell what it asks of you, so we stopped. Nothing about you was passed on. It is not your doing, and trying again will not help.`,
  } as ErrorWords,
}

/** Every sentence of every page, in one language. */
export type Words = typeof english
