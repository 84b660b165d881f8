import type { ErrorCode, ErrorReason } from '../../../core/model/error.ts'
import { type Html, html } from '../html.ts'
import { english as accounts } from './accounts/english.ts'

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
    agent: 'AI agent',
    agentName: (app: Html) => html`${app}, an AI agent,`,
    agentHeading: (app: Html) => html`${app}, an AI agent, asks to act for you`,
    agentWhat: (app: Html) => html`What ${app} could do without asking again`,
    reviewed: 'Reviewed',
    reviewedText: (product: string) => `${product} has looked at this app.`,
    verified: 'Verified publisher',
    verifiedText: (publisher: Html, product: string) => html`<b>${publisher}</b>. ${product} has checked who they are.`,
    unverified: 'Publisher not verified',
    unverifiedText: (app: Html, product: string) => html`Nobody at ${product} has checked who runs ${app}. Go on only if you know them.`,
    alike: 'Its name looks like another',
    alikeText: (product: string) =>
      `It can be taken for the name of another app, or of ${product} itself. Look at where your answer is sent.`,
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
      html`If you allow, you go back to <b>${host}</b> and a receipt is kept in <a href="${apps}">Connected apps</a>, where you can narrow, pause or end this. If you deny, ${app} learns only that.`,
    nextHere: (app: Html, apps: string) =>
      html`If you allow, you go back to ${app} and a receipt is kept in <a href="${apps}">Connected apps</a>, where you can narrow, pause or end this. If you deny, ${app} learns only that.`,
    deny: 'Deny',
    allow: 'Allow',
  },

  again: {
    title: (app: string, things: number) =>
      things === 0 ? `${app} has changed` : things === 1 ? `${app} asks for one thing more` : `${app} asks for ${things} things more`,
    heading: (app: Html, things: number) =>
      things === 0
        ? html`${app} has changed`
        : things === 1
          ? html`${app} asks for one thing more`
          : html`${app} asks for ${things} things more`,
    since: (app: Html, day: Html) => html`You allowed ${app} on ${day}. Here is only what would be different.`,
    what: 'What would change',
    added: { 1: 'New, about you', 2: 'New, looks at your things', 3: 'New, acts in your name' },
    place: 'New place',
    changed: 'Changed by the app',
    parts: {
      host: 'Where your answer is sent',
      name: 'Its name',
      kind: 'What it is',
      logo: 'Its picture',
      publisher: 'Its publisher',
      site: 'Its own site',
      policy: 'Its privacy policy',
      tos: 'Its terms',
    },
    isNow: 'is now',
    none: 'none',
    gone: 'Not asked for this time',
    goneText: 'It stays allowed until you revoke it.',
    stays: (things: number) =>
      things === 0 ? 'The end stays as it is' : things === 1 ? 'One thing stays as it is' : `${things} things stay as they are`,
    until: (day: Html) => html`Until ${day}.`,
    untilRevoked: 'Until you revoke it.',
    next: (app: Html) => html`If you say no, ${app} keeps what you allowed before, and nothing else changes.`,
    keep: 'Keep as it was',
    allow: 'Allow the change',
    year: 'A year',
  },

  receipts: {
    number: (seq: number) => `Receipt ${String(seq).padStart(4, '0')}`,
    old: 'Receipt without a number',
    allowed: (app: Html) => html`You allowed ${app}`,
    withdrawn: (app: Html) => html`You ended what ${app} was allowed`,
    changed: (app: Html) => html`You changed what ${app} is allowed`,
    intro: 'Each decision of yours about an app leaves a receipt. Nobody can change one afterwards without it being noticed.',
    none: 'No receipt yet',
    noneText: 'When you allow an app to use your account, or end that, a receipt of it stands here.',
    look: 'Look at it',
    app: 'The app',
    version: 'Version shown',
    open: 'What you saw',
    download: 'Download',
    downloadAll: 'Download all',
    older: 'Older receipts',
    newest: 'Newest receipts',
    all: 'All receipts',
    whole: 'They fit together',
    wholeText: (count: number) =>
      `${count === 1 ? 'One receipt' : `${count} receipts`}, read from the first to the last: each is as it was written, and none is missing.`,
    broken: 'They do not fit together',
    brokenText: 'At least one receipt was altered or taken away. Tell whoever runs this service.',
    long: 'There are many. Download all of them to have them checked.',
    unchained: (count: number) =>
      count === 1
        ? 'One is older than this record and is not part of the check.'
        : `${count} are older than this record and are not part of the check.`,
    when: 'Decided',
    from: 'With',
    page: 'A page of ours',
    product: 'A page of the product, drawn from what is below',
    api: 'A program that you let act for you; no page of ours was shown',
    command: 'A command of an operator',
    until: 'Ends',
    chosen: 'How long',
    fingerprint: 'Fingerprint',
    before: 'Fingerprint of the one before',
    shown: 'What you saw',
    shownText: 'Word for word, in the language of the page.',
    erased: 'What was shown is no longer kept.',
    nothing: 'Nothing was shown for this one.',
    on: 'Allowed',
    off: 'Left off',
    scope: 'It may do',
  },

  account: {
    nav: 'Your account',
    rooms: {
      profile: 'Profile',
      security: 'Sign-in and security',
      apps: 'Connected apps',
      receipts: 'Receipts',
      devices: 'Devices',
      identities: 'Linked accounts',
    },
  },

  accounts,

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
    by: (publisher: Html) => html`by ${publisher}`,
    from: 'From',
    near: 'your network now',
    sentTo: 'Answers go to',
    since: 'Allowed',
    until: 'Ends',
    untilRevoked: 'When you revoke it',
    where: 'Where',
    revoke: 'Revoke',
    revokeText: (app: Html) => html`${app} loses access at once and must ask you again. What it already copied stays with it.`,
    late: 'What it is doing at this moment may go on for a short while.',
    revokeOne: (app: Html) => html`Revoke ${app}`,
    revoked: (app: Html) => html`${app} is revoked`,
    revokedText: 'It gets nothing more. It can ask you again, and you would see the question.',
    usedToday: (apps: number) => (apps === 1 ? 'One of them did today.' : `${apps} of them did today.`),
    sorted: 'Sorted by last use',
    lastUsed: 'Last used',
    lastUse: (day: Html, count: number, figure: string) => html`${day}, ${count === 1 ? 'once' : `${figure} times`} in 30 days`,
    notYet: 'Not yet',
    notCounted: 'Not counted yet',
    inMonth: 'In 30 days',
    times: (count: number, figure: string) => (count === 1 ? 'Once' : `${figure} times`),
    untilUnused: (days: number) => `When you revoke it, or after ${days} days without use`,
    unused: (day: Html) => html`${day}, for not being used`,
    endsSoon: 'Ends soon',
    paused: 'Paused by you',
    ended: 'Ended',
    narrow: 'Narrow',
    pause: 'Pause',
    resume: 'Resume',
    isPaused: (app: Html) => html`${app} is paused`,
    isPausedText: 'It gets nothing until you resume it.',
    restsText: 'You have paused it. If you allow this, it goes on.',
    goesOn: (app: Html) => html`${app} goes on`,
    goesOnText: 'It may do again what it could before.',
    show: 'Show it',
    saved: 'Your change is saved',
    savedText: 'It holds at once. What the app already copied stays with it.',
    may: 'What it may do',
    mayText: 'Switch off what it should not do any more. To give more, let the app ask.',
    endBefore: 'Until',
    asNow: (day: string) => `${day}, as now`,
    asNowRevoked: 'I revoke it, as now',
    inDays: (days: number) => `In ${days} days`,
    save: 'Save',
    nothingOn: 'Nothing would be left',
    nothingOnText: 'Leave something switched on, or revoke the app.',
    endedText: 'It may do nothing any more. It can ask you again, and you would see the question.',
    chart: (most: string) => `Use on each of the last 30 days: ${most} times a day at most`,
    today: 'today',
    history: 'What happened',
    historyNote: 'nothing is ever removed',
    happened: {
      allowed: 'You allowed it',
      narrowed: 'You narrowed it',
      limited: 'You gave it an earlier end',
      paused: 'You paused it',
      resumed: 'You resumed it',
      withdrawn: 'You revoked it',
    },
    left: (names: Html) => html`What is left: ${names}.`,
    ends: (day: Html) => html`Until ${day}.`,
    receipt: 'Receipt',
    receipts: 'Last receipts',
  },

  devices: {
    list: 'Where you are signed in',
    here: 'This browser',
    on: (browser: string, system: string) => `${browser} on ${system}`,
    unknown: 'A browser of unknown kind',
    since: (day: Html) => html`Signed in ${day}`,
    signOut: 'Sign out',
    ended: 'That browser is signed out',
    endedText: 'Whoever sits there must sign in again.',
    others: 'Sign out all others',
    othersEnded: 'All other browsers are signed out',
    everywhere: 'Sign out everywhere',
    everywhereText: 'Every browser and device is signed out, this one too. Connected apps go on working unless you say so:',
    everywhereGrants: 'Also revoke all connected apps',
    more: 'There are more. Sign out everywhere ends those too.',
  },

  factors: {
    usePasskey: 'Use a passkey',
    code: {
      title: 'Enter your code',
      text: (product: string) => html`Open your authenticator app and find <b>${product}</b>.`,
      who: (email: Html) => html`Signing in as <b>${email}</b>`,
      notYou: 'Not you?',
      label: 'Six-digit code',
      hint: 'It changes every 30 seconds. You may paste it.',
      submit: 'Continue',
      wrong: 'That code is not valid now. Wait for the next one, or check that your phone shows the right time.',
      used: 'That code was used already. Wait for the next one.',
      paused: (minutes: number) =>
        `Too many tries. Codes are paused for ${minutes === 1 ? 'one minute' : `${minutes} minutes`}, the right one too.`,
      cannot: 'I cannot get a code',
      useRecovery: 'Use one of your recovery codes',
      useApp: 'Use the code of your app',
      recoveryTitle: 'Enter a recovery code',
      recoveryText: 'It is one of the ten that you kept when you set this up. Each is good once.',
      recoveryLabel: 'Recovery code',
      recoveryHint: 'Sixteen letters and digits. Hyphens and capitals do not matter.',
      recoveryWrong: 'That is not one of your recovery codes, or it was used already.',
    },
    passkey: {
      title: 'Use a passkey',
      text: (product: string) => `Your device asks for your finger, your face or its PIN. ${product} sees none of them.`,
      start: 'Continue with a passkey',
      noScript: 'This page needs a script',
      noScriptText: 'Browsers hand out passkeys to scripts only, and this one runs none. Every other page works without.',
      failed: 'No passkey was used',
      failedText: 'The browser has none for this address, or it was stopped. Nothing was changed. Try again, or go back.',
      refused: 'This passkey does not fit',
      refusedText: 'It was taken away, it belongs to somebody else, or the page waited too long. Try again, or go back.',
      back: 'Sign in another way',
    },
    addPasskey: {
      title: 'Add a passkey',
      text: 'This device, your phone or a security key will keep it. From then on it signs you in without a password.',
      label: 'What you call it',
      hint: 'So that you know it again: “Phone”, “Blue key”.',
      unnamed: 'Passkey',
      start: 'Add a passkey',
      failedText: 'The device has one for this address already, or it was stopped. Nothing was changed.',
      refused: 'The passkey was not added',
      refusedText: 'The page waited too long, or your device cannot make one that asks who you are. Nothing was changed.',
      back: 'Back to sign-in and security',
    },
    room: {
      text: 'How you prove that it is you.',
      passkeys: 'Passkeys',
      passkeysText: 'A passkey signs you in by your device. Nobody can guess it, and no other site can ask for it.',
      noPasskey: 'You have none yet.',
      passkeysElsewhere: 'They work only where this server has a name: its address is a number now.',
      added: 'Added',
      lastUsed: 'Last used',
      never: 'never',
      rename: 'Rename',
      name: 'Name',
      save: 'Save',
      remove: 'Remove',
      removeText: (label: Html) => html`${label} signs nobody in any more. Delete it on your device too.`,
      removeOne: (label: Html) => html`Remove ${label}`,
      app: 'Authenticator app',
      appText: 'After your password you are asked for a six-digit code, which an app on your phone shows.',
      appOn: 'On',
      appOff: 'Off',
      turnOn: 'Set up an app',
      replace: 'Set up another app',
      turnOff: 'Turn off',
      turnOffText: 'Signing in asks for no code of an app any more. What the app shows is worth nothing then.',
      turnOffConfirm: 'Turn the code off',
      codes: 'Recovery codes',
      codesText: 'For the day when your device is lost: each signs you in once in place of a code.',
      codesLeft: (codes: number) => (codes === 0 ? 'None is left.' : codes === 1 ? 'One is left.' : `${codes} are left.`),
      codesFirst: 'You get them when you have set up a passkey or an app.',
      makeCodes: 'Make ten new codes',
      makeCodesText: 'All that you have from before are worth nothing then.',
      others: 'Also sign me out everywhere else',
    },
    setUp: {
      wrong:
        'That code does not belong to this picture, or is not valid now. Remove what the app has from before, scan this picture, and check that your phone shows the right time.',
      tooOld: 'The picture before was too old, and this is another one. Remove what the app has from it, and scan this one.',
      title: 'Set up an authenticator app',
      scan: 'Point the camera of your authenticator app at this picture.',
      picture: 'A picture for the camera of an authenticator app',
      orType: 'Or type this key into the app:',
      link: 'Or open it in an app on this device',
      label: 'The code that the app shows now',
      submit: 'Turn the code on',
      back: 'Back',
    },
    newCodes: {
      title: 'Your recovery codes',
      text: 'Keep them where you would look without your phone: on paper, or in a password manager. They are shown only now.',
      done: 'I have kept them',
    },
    notices: {
      passkey_added: 'The passkey is added',
      passkey_renamed: 'The passkey has its new name',
      passkey_removed: 'The passkey is removed',
      app_on: 'The code of your app is on',
      app_off: 'The code of your app is off',
      not_changed: 'Nothing was changed: it was not there any more',
    },
    required: 'Your account needs a second proof besides the password. Set up one of these to go on.',
  },

  upstream: {
    continueWith: (provider: Html) => html`Continue with ${provider}`,
    known: 'An account here has this address already',
    knownText: (provider: Html, email: Html) =>
      html`${provider} says that you are ${email}. Sign in to your account here, and then you can link the two.`,
    prove: (provider: Html) => html`Before ${provider} is linked`,
    proveText: 'Sign in once more, so that nobody else can link anything with your account.',
    linkTitle: (provider: Html) => html`Link ${provider} with your account?`,
    linkText: (provider: Html) => html`From then on you can sign in here with ${provider} too. You can end that at any time.`,
    there: (provider: Html) => html`Account at ${provider}`,
    here: 'Account here',
    notTold: 'The address was not told',
    notNow: 'Not now',
    link: 'Link',
    intro: (product: string) =>
      `With these you sign in to ${product} without a password of ours. Signing out here does not sign you out there.`,
    none: 'No account is linked',
    noneText: 'Link one, and you can sign in with it.',
    add: (provider: Html) => html`Link ${provider}`,
    since: 'Linked',
    remove: 'Remove',
    removeText: (provider: Html) => html`You can no longer sign in with ${provider}. Apps that you have allowed go on working.`,
    removeOne: (provider: Html) => html`Remove ${provider}`,
    last: 'This is your only way to sign in, so it stays.',
    removed: (provider: Html) => html`${provider} is removed`,
    removedText: 'It opens this account no longer.',
    linked: (provider: Html) => html`${provider} is linked`,
    linkedText: 'You can sign in with it from now on.',
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
    anew: 'Open the page anew',
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
    stale_form: {
      title: () => html`This page is from an earlier sign-in`,
      text: () =>
        html`You signed in anew since it was opened, perhaps in another tab, so we stopped. Nothing was changed. Open the page anew and answer there.`,
    },
    moving: {
      title: () => html`We are moving to another machine`,
      text: () =>
        html`For a few minutes nothing can be changed here. Your answer was not saved and nothing about you was passed on; all that you have allowed before stays as it is.`,
    },
    upstream_failed: {
      title: () => html`Signing in elsewhere did not work`,
      text: () =>
        html`The service that you came from gave no answer that we can accept. You are not signed in, and nothing about you was passed on. Start again, or sign in another way.`,
    },
    upstream_away: {
      title: () => html`The other service does not answer at this moment`,
      text: () =>
        html`You are not signed in, and nothing about you was passed on. It is not your doing. Try once more later, or sign in another way.`,
    },
    upstream_address: {
      title: () => html`We were not told an address that is surely yours`,
      text: () =>
        html`To make an account we need an email address that the other service has checked. You are not signed in, and nothing was saved. Confirm your address there, or sign in another way.`,
    },
    upstream_unknown: {
      title: () => html`Nobody here has this account`,
      text: () =>
        html`What you signed in with is linked with no account of ours, and new ones are not made this way. Sign in another way; then you can link it.`,
    },
    upstream_taken: {
      title: () => html`This cannot be linked`,
      text: () =>
        html`It is linked with another account already, or yours is linked with another one of the same service. Nothing was changed.`,
    },
    directory_away: {
      title: () => html`We cannot check passwords at this moment`,
      text: () => html`The directory that knows them does not answer. You are not signed in, and nothing was changed.`,
    },
    disabled: {
      title: () => html`This account was stopped`,
      text: () => html`It cannot be used at present. Whoever runs this service can tell you why. Nothing about you was passed on.`,
    },
    handover: {
      title: () => html`The sign-in did not come through`,
      text: () =>
        html`The product where you sign in could not tell us in time, or not clearly enough, who you are. You were not signed in here and nothing about you was passed on. Go back to where you started and try once more.`,
    },
    signed_in_elsewhere: {
      title: () => html`You sign in at the product, not here`,
      text: () => html`Your password, your passkeys and your codes are looked after there, and so is what to do when one is lost.`,
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
