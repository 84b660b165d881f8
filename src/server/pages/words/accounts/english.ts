import { type Html, html } from '../../html.ts'

/** Mail, new passwords, the profile, and leaving. Letters are plain text: what they say comes as texts. */
export const english = {
  forgot: {
    link: 'Forgot it?',
    title: 'Choose a new password',
    text: 'Tell us the email that you sign in with. We send a link to it, good for 30 minutes.',
    submit: 'Send the link',
    back: 'Back to sign-in',
    sent: 'Look at your mail',
    thenBack: 'Then come back to this page: what you were about to do waits here.',
    sentText: (email: Html) =>
      html`If ${email} belongs to an account, a link is on its way. Nothing comes within a few minutes? Look among the unwanted mail, or try the address that you first signed up with.`,
  },

  link: {
    over: 'This link is over',
    overText: 'It was used already, it is too old, or your account has changed since it was sent. Nothing was changed. Ask for a new one.',
    taken: 'This address cannot be used',
    takenText: 'It belongs to another account by now. Nothing was changed.',
    signIn: 'Go to sign-in',
    verify: 'Confirm your email',
    verifyText: (email: Html) => html`You say that you read the mail of ${email}.`,
    verifySubmit: 'Confirm this address',
    verified: 'Your email is confirmed',
    change: 'Use this email from now on',
    changeText: (email: Html) =>
      html`You will sign in with ${email}. The address before gets a note, and can take the change back for 7 days.`,
    changeSubmit: 'Use this address',
    changed: 'Your email is changed',
    undo: 'Take the change back',
    undoText: (email: Html) =>
      html`Your account goes back to ${email}. Everybody is signed out, all apps lose access, and the password is good no more: you choose a new one next.`,
    undoSubmit: 'Take it back',
    undone: 'The change is taken back',
    doneText: (email: Html) => html`Your account belongs to ${email}.`,
  },

  password: {
    title: 'Password',
    text: 'Changing it signs you out everywhere else.',
    current: 'Password now',
    fresh: 'New password',
    hint: 'At least 8 characters. A few words are easy to remember and hard to guess.',
    apps: 'Also end what I have allowed to apps',
    submit: 'Change the password',
    resetTitle: 'Choose a new password',
    resetText: (email: Html) => html`For ${email}. You are signed out everywhere, and sign in with the new one.`,
    changed: 'Your password is changed',
    changedText: 'You are signed out everywhere else.',
    resetDone: 'Sign in with it now.',
    wrong: 'That is not your password now',
    paused: 'Too many tries. Wait a quarter of an hour.',
    short: 'Too short. Use at least 8 characters.',
    long: 'Too long. Use at most 1,024 characters.',
    stale: 'Your account was changed in another window. Look at it, and try again.',
  },

  profile: {
    name: 'Name',
    nameHint: 'What apps are told when you let them know it.',
    nameSubmit: 'Save the name',
    nameLong: 'Too long. Use at most 100 characters.',
    saved: 'Your name is saved',
    email: 'Email',
    confirmed: 'Confirmed',
    unconfirmed: 'Not confirmed',
    verifySubmit: 'Send a link to confirm it',
    fresh: 'New email',
    freshHint: 'It counts once you have opened the link that we send there.',
    changeSubmit: 'Send a link to the new address',
    freshWrong: 'Not an address. Write it like name@example.com.',
    sent: 'A link is on its way',
    sentText: 'Open it within 24 hours. If nothing comes, the address may not be free to use.',
    again: 'Sign in again',
    againText: 'To change or take away anything here, show once more that it is you.',
    export: 'Your data',
    exportText: 'One file with all that we keep about you, for people and programs to read.',
    exportSubmit: 'Download your data',
    delete: 'Delete your account',
    deleteText: 'For good, with everything that you have allowed.',
    deleteLink: 'Delete the account',
  },

  leave: {
    title: 'Delete your account?',
    text: (email: Html) => html`The account of ${email} ends at once and for good. Nobody can bring it back, and neither can we.`,
    ends: 'You are signed out everywhere, and every app loses access.',
    receipts: 'Your receipts lose their words. What proves that they were not altered stays.',
    apps: (count: number) =>
      count === 1 ? 'One app that is yours is deleted with it:' : `${count} apps that are yours are deleted with it:`,
    confirm: 'Type your email to delete the account',
    wrong: 'That is not the email of this account.',
    submit: 'Delete the account for good',
    stay: 'Keep the account',
    gone: 'Your account is deleted',
    goneText: 'What you had allowed has ended. Apps may keep what they copied before.',
  },

  directory: {
    name: 'your organisation',
    title: 'The password of your organisation',
    text: (email: Html) =>
      html`If your organisation knows you as ${email} too, you can sign in with the password that you have there. It then counts in place of one that you chose here.`,
    label: 'Password there',
    submit: 'Link it with this account',
    wrong: 'That is not the password there, or this email is not known there.',
  },

  accounts: {
    signedIn: 'Signed in in this browser',
    all: 'Sign out of all accounts',
    allText: (count: number) => (count === 1 ? 'One more account is signed in here.' : `${count} more accounts are signed in here.`),
  },

  create: {
    ask: 'No account yet?',
    link: 'Create one',
    title: 'Create an account',
    text: 'Tell us your email. We send a link to it, and you go on from there.',
    submit: 'Send the link',
    sentText: (email: Html) => html`A link is on its way to ${email}. It is good for 24 hours.`,
    choose: 'Almost there',
    chooseText: (email: Html) => html`You will sign in with ${email}.`,
    chooseSubmit: 'Create the account',
    done: 'Your account is there',
  },

  letters: {
    reset: {
      subject: (product: string) => `A new password for ${product}`,
      text: (product: string) =>
        `Somebody, most likely you, wants a new password for your account at ${product}. This link is good once, for 30 minutes.`,
      button: 'Choose a new password',
      otherwise: 'It was not you? Then do nothing, and your password stays as it is.',
    },
    verify: {
      subject: (product: string) => `Confirm your email for ${product}`,
      text: (product: string) =>
        `Open this link to show that this address is yours. It belongs to your account at ${product}, and is good for 24 hours.`,
      button: 'Confirm this address',
      otherwise: 'You have no account there? Then do nothing.',
    },
    change: {
      subject: (product: string) => `Your new email for ${product}`,
      text: (product: string) =>
        `Somebody, most likely you, wants to use this address for an account at ${product}. It counts once you open this link, within 24 hours.`,
      button: 'Use this address',
      otherwise: 'It was not you? Then do nothing, and nothing changes.',
    },
    changed: {
      subject: (product: string) => `Your email at ${product} was changed`,
      text: (product: string) =>
        `Your account at ${product} belongs to another address from now on. If that was you, there is nothing to do. If it was not, take it back within 7 days.`,
      button: 'Take the change back',
      otherwise: 'Taking it back signs everybody out, ends the access of all apps, and lets you choose a new password.',
    },
    password: {
      subject: (product: string) => `Your password at ${product} was changed`,
      text: (product: string) =>
        `The password of your account at ${product} was changed just now. If that was you, there is nothing to do.`,
      button: 'It was not me',
      otherwise: 'With the link above you choose a new password, which signs everybody out.',
    },
    deleted: {
      subject: (product: string) => `Your account at ${product} is deleted`,
      text: (product: string) =>
        `Your account at ${product} was deleted, with everything that you had allowed. This is the last letter about it.`,
      otherwise: 'It was not you? Tell those who run the service.',
    },
    create: {
      subject: (product: string) => `Your account at ${product}`,
      text: (product: string) =>
        `Somebody, most likely you, wants an account at ${product} with this address. This link leads on, within 24 hours.`,
      button: 'Create the account',
      otherwise: 'It was not you? Then do nothing, and there will be no account.',
    },
    exists: {
      subject: (product: string) => `You have an account at ${product} already`,
      text: (product: string) =>
        `Somebody, most likely you, wanted an account at ${product} with this address. It has one: sign in with it, or choose a new password.`,
      button: 'Choose a new password',
      otherwise: 'It was not you? Then do nothing.',
    },
  },
}

/** These sentences in one language. */
export type AccountWords = typeof english
