import { html } from '../../html.ts'
import type { AccountWords } from './english.ts'

export const german: AccountWords = {
  forgot: {
    link: 'Vergessen?',
    title: 'Neues Passwort wählen',
    text: 'Nennen Sie die E-Mail-Adresse, mit der Sie sich anmelden. Wir schicken einen Link dorthin, der 30 Minuten gilt.',
    submit: 'Link senden',
    back: 'Zurück zur Anmeldung',
    sent: 'Sehen Sie in Ihre Post',
    thenBack: 'Kommen Sie danach auf diese Seite zurück: Was Sie gerade tun wollten, wartet hier.',
    sentText: (email) =>
      html`Wenn ${email} zu einem Konto gehört, ist ein Link unterwegs. Kommt in den nächsten Minuten nichts? Sehen Sie im Spam nach, oder versuchen Sie die Adresse, mit der Sie sich zuerst angemeldet haben.`,
  },

  link: {
    over: 'Dieser Link gilt nicht mehr',
    overText:
      'Er wurde schon benutzt, ist zu alt, oder Ihr Konto hat sich seither geändert. Es wurde nichts geändert. Fordern Sie einen neuen an.',
    taken: 'Diese Adresse ist nicht frei',
    takenText: 'Sie gehört inzwischen zu einem anderen Konto. Es wurde nichts geändert.',
    signIn: 'Zur Anmeldung',
    verify: 'E-Mail-Adresse bestätigen',
    verifyText: (email) => html`Sie erklären, dass Sie die Post von ${email} lesen.`,
    verifySubmit: 'Diese Adresse bestätigen',
    verified: 'Ihre E-Mail-Adresse ist bestätigt',
    change: 'Ab jetzt diese E-Mail-Adresse verwenden',
    changeText: (email) =>
      html`Sie melden sich künftig mit ${email} an. Die bisherige Adresse erhält eine Nachricht und kann die Änderung 7 Tage lang zurücknehmen.`,
    changeSubmit: 'Diese Adresse verwenden',
    changed: 'Ihre E-Mail-Adresse ist geändert',
    undo: 'Änderung zurücknehmen',
    undoText: (email) =>
      html`Ihr Konto gehört wieder zu ${email}. Alle werden abgemeldet, alle Apps verlieren den Zugriff, und das Passwort gilt nicht mehr: als Nächstes wählen Sie ein neues.`,
    undoSubmit: 'Zurücknehmen',
    undone: 'Die Änderung ist zurückgenommen',
    doneText: (email) => html`Ihr Konto gehört zu ${email}.`,
  },

  password: {
    title: 'Passwort',
    text: 'Wenn Sie es ändern, werden Sie überall sonst abgemeldet.',
    current: 'Jetziges Passwort',
    fresh: 'Neues Passwort',
    hint: 'Mindestens 8 Zeichen. Ein paar Wörter merkt man sich leicht und errät sie schwer.',
    apps: 'Auch beenden, was ich Apps erlaubt habe',
    submit: 'Passwort ändern',
    resetTitle: 'Wählen Sie ein neues Passwort',
    resetText: (email) => html`Für ${email}. Sie werden überall abgemeldet und melden sich mit dem neuen an.`,
    changed: 'Ihr Passwort ist geändert',
    changedText: 'Überall sonst sind Sie abgemeldet.',
    resetDone: 'Melden Sie sich nun damit an.',
    wrong: 'Das ist nicht Ihr jetziges Passwort',
    paused: 'Zu viele Versuche. Warten Sie eine Viertelstunde.',
    short: 'Zu kurz. Verwenden Sie mindestens 8 Zeichen.',
    long: 'Zu lang. Verwenden Sie höchstens 1.024 Zeichen.',
    stale: 'Ihr Konto wurde in einem anderen Fenster geändert. Sehen Sie nach, und versuchen Sie es noch einmal.',
  },

  profile: {
    name: 'Ihr Name',
    nameHint: 'Was Apps erfahren, denen Sie ihn zeigen.',
    nameSubmit: 'Namen speichern',
    nameLong: 'Zu lang. Verwenden Sie höchstens 100 Zeichen.',
    saved: 'Ihr Name ist gespeichert',
    email: 'E-Mail-Adresse',
    confirmed: 'Bestätigt',
    unconfirmed: 'Nicht bestätigt',
    verifySubmit: 'Link zum Bestätigen senden',
    fresh: 'Neue E-Mail-Adresse',
    freshHint: 'Sie gilt, sobald Sie den Link geöffnet haben, den wir dorthin schicken.',
    changeSubmit: 'Link an die neue Adresse senden',
    freshWrong: 'Keine Adresse. Schreiben Sie sie wie name@example.com.',
    sent: 'Ein Link ist unterwegs',
    sentText: 'Öffnen Sie ihn innerhalb von 24 Stunden. Kommt nichts, ist die Adresse vielleicht nicht frei.',
    again: 'Erneut anmelden',
    againText: 'Bevor Sie hier etwas ändern oder mitnehmen, zeigen Sie noch einmal, dass Sie es sind.',
    export: 'Ihre Daten',
    exportText: 'Eine Datei mit allem, was wir über Sie aufbewahren, lesbar für Menschen und Programme.',
    exportSubmit: 'Daten herunterladen',
    delete: 'Konto löschen',
    deleteText: 'Endgültig, mit allem, was Sie erlaubt haben.',
    deleteLink: 'Das Konto löschen',
  },

  leave: {
    title: 'Ihr Konto löschen?',
    text: (email) => html`Das Konto von ${email} endet sofort und für immer. Niemand kann es zurückholen, auch wir nicht.`,
    ends: 'Sie werden überall abgemeldet, und jede App verliert den Zugriff.',
    receipts: 'Ihre Belege verlieren ihren Wortlaut. Was beweist, dass sie nicht verändert wurden, bleibt.',
    apps: (count) =>
      count === 1 ? 'Eine App, die Ihnen gehört, wird mitgelöscht:' : `${count} Apps, die Ihnen gehören, werden mitgelöscht:`,
    confirm: 'Geben Sie Ihre E-Mail-Adresse ein, um das Konto zu löschen',
    wrong: 'Das ist nicht die Adresse dieses Kontos.',
    submit: 'Konto endgültig löschen',
    stay: 'Konto behalten',
    gone: 'Ihr Konto ist gelöscht',
    goneText: 'Was Sie erlaubt hatten, ist beendet. Was Apps vorher kopiert haben, können sie behalten.',
  },

  directory: {
    name: 'Ihrer Organisation',
    title: 'Das Passwort Ihrer Organisation',
    text: (email) =>
      html`Kennt Ihre Organisation Sie ebenfalls als ${email}, können Sie sich mit dem dortigen Passwort anmelden. Es gilt dann anstelle eines hier gewählten.`,
    label: 'Passwort dort',
    submit: 'Mit diesem Konto verknüpfen',
    wrong: 'Das ist nicht das dortige Passwort, oder diese E-Mail-Adresse ist dort nicht bekannt.',
  },

  accounts: {
    signedIn: 'In diesem Browser angemeldet',
    all: 'Von allen Konten abmelden',
    allText: (count) => (count === 1 ? 'Hier ist noch ein Konto angemeldet.' : `Hier sind noch ${count} Konten angemeldet.`),
  },

  create: {
    ask: 'Noch kein Konto?',
    link: 'Eines anlegen',
    title: 'Ein Konto anlegen',
    text: 'Nennen Sie Ihre E-Mail-Adresse. Wir schicken einen Link dorthin, und damit geht es weiter.',
    submit: 'Link senden',
    sentText: (email) => html`Ein Link ist unterwegs an ${email}. Er gilt 24 Stunden.`,
    choose: 'Fast fertig',
    chooseText: (email) => html`Sie melden sich künftig mit ${email} an.`,
    chooseSubmit: 'Konto anlegen',
    done: 'Ihr Konto ist angelegt',
  },

  letters: {
    reset: {
      subject: (product) => `Ein neues Passwort für ${product}`,
      text: (product) =>
        `Jemand, vermutlich Sie, möchte ein neues Passwort für Ihr Konto bei ${product}. Dieser Link gilt einmal, 30 Minuten lang.`,
      button: 'Neues Passwort wählen',
      otherwise: 'Sie waren es nicht? Dann tun Sie nichts, und Ihr Passwort bleibt, wie es ist.',
    },
    verify: {
      subject: (product) => `Bestätigen Sie Ihre E-Mail-Adresse für ${product}`,
      text: (product) =>
        `Öffnen Sie diesen Link, um zu zeigen, dass die Adresse Ihnen gehört. Er betrifft Ihr Konto bei ${product} und gilt 24 Stunden.`,
      button: 'Diese Adresse bestätigen',
      otherwise: 'Sie haben dort kein Konto? Dann tun Sie nichts.',
    },
    change: {
      subject: (product) => `Ihre neue E-Mail-Adresse für ${product}`,
      text: (product) =>
        `Jemand, vermutlich Sie, möchte diese Adresse für ein Konto bei ${product} verwenden. Sie gilt, wenn Sie diesen Link innerhalb von 24 Stunden öffnen.`,
      button: 'Diese Adresse verwenden',
      otherwise: 'Sie waren es nicht? Dann tun Sie nichts, und nichts ändert sich.',
    },
    changed: {
      subject: (product) => `Ihre E-Mail-Adresse bei ${product} wurde geändert`,
      text: (product) =>
        `Ihr Konto bei ${product} gehört ab jetzt zu einer anderen Adresse. Waren Sie es, ist nichts zu tun. Wenn nicht, nehmen Sie es innerhalb von 7 Tagen zurück.`,
      button: 'Änderung zurücknehmen',
      otherwise: 'Das meldet alle ab, beendet den Zugriff aller Apps und lässt Sie ein neues Passwort wählen.',
    },
    password: {
      subject: (product) => `Ihr Passwort bei ${product} wurde geändert`,
      text: (product) => `Das Passwort Ihres Kontos bei ${product} wurde gerade geändert. Waren Sie es, ist nichts zu tun.`,
      button: 'Ich war es nicht',
      otherwise: 'Mit dem Link oben wählen Sie ein neues Passwort, und alle werden abgemeldet.',
    },
    deleted: {
      subject: (product) => `Ihr Konto bei ${product} ist gelöscht`,
      text: (product) => `Ihr Konto bei ${product} wurde gelöscht, mit allem, was Sie erlaubt hatten. Dies ist die letzte Nachricht dazu.`,
      otherwise: 'Sie waren es nicht? Sagen Sie es denen, die den Dienst betreiben.',
    },
    create: {
      subject: (product) => `Ihr Konto bei ${product}`,
      text: (product) =>
        `Jemand, vermutlich Sie, möchte mit dieser Adresse ein Konto bei ${product}. Dieser Link führt weiter, innerhalb von 24 Stunden.`,
      button: 'Konto anlegen',
      otherwise: 'Sie waren es nicht? Dann tun Sie nichts, und es entsteht kein Konto.',
    },
    exists: {
      subject: (product) => `Sie haben schon ein Konto bei ${product}`,
      text: (product) =>
        `Jemand, vermutlich Sie, wollte mit dieser Adresse ein Konto bei ${product}. Es gibt schon eines: melden Sie sich damit an, oder wählen Sie ein neues Passwort.`,
      button: 'Neues Passwort wählen',
      otherwise: 'Sie waren es nicht? Dann tun Sie nichts.',
    },
  },
}
