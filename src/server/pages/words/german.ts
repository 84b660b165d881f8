import { html } from '../html.ts'
import { german as accounts } from './accounts/german.ts'
import type { Words } from './english.ts'

const nothing = 'Über Sie wurde nichts weitergegeben.'
const notYours = 'Es liegt nicht an Ihnen, und ein neuer Versuch hilft nicht.'

export const german: Words = {
  lang: 'de',
  dir: 'ltr',
  skip: 'Zum Inhalt',
  help: 'Hilfe',
  privacy: 'Datenschutz',
  terms: 'Bedingungen',
  signOut: 'Abmelden',
  errorTitle: (title) => `Fehler: ${title}`,
  keptBy: (host) => `${host}, bewacht von Vouchsafe`,

  login: {
    title: 'Anmelden',
    again: 'Erneut anmelden',
    with: (product) => `mit Ihrem Konto bei ${product}`,
    againFor: (app) => html`${app} bittet Sie, noch einmal zu zeigen, dass Sie es sind`,
    errand: (app, host) => html`Danach weiter zu <b>${app}</b> auf <span class="host">${host}</span>`,
    errandHere: (app) => html`Danach weiter zu <b>${app}</b> auf diesem Gerät`,
    email: 'E-Mail',
    password: 'Passwort',
    submit: 'Anmelden',
    or: 'oder',
    goOnAs: (name) => html`Weiter als ${name}`,
    other: 'Ein anderes Konto verwenden',
    wrong: 'E-Mail und Passwort passen nicht zusammen',
    check: 'Prüfen Sie beides.',
    left: (tries) =>
      tries === 1
        ? 'Ein Versuch bleibt, dann folgt eine Pause von 15 Minuten.'
        : `${['', '', 'Zwei', 'Drei'][tries] ?? tries} Versuche bleiben, dann folgt eine Pause von 15 Minuten.`,
    paused: 'Zu viele Versuche',
    pausedText: (minutes) =>
      `Die Anmeldung ruht für ${minutes === 1 ? 'eine Minute' : `${minutes} Minuten`}. Mit Ihrem Konto ist alles in Ordnung. Vorher hilft auch das richtige Passwort nicht.`,
  },

  consent: {
    title: (app) => `${app} bittet um Zugriff`,
    heading: (app, product) => html`${app} bittet darum, Ihr Konto bei ${product.replaceAll(' ', '\u00A0')} zu nutzen`,
    agent: 'KI-Agent',
    agentName: (app) => html`${app}, ein KI-Agent,`,
    agentHeading: (app) => html`${app}, ein KI-Agent, bittet darum, für Sie zu handeln`,
    agentWhat: (app) => html`Was ${app} dürfte, ohne noch einmal zu fragen`,
    reviewed: 'Geprüft',
    reviewedText: (product) => `${product} hat sich diese App angesehen.`,
    verified: 'Herausgeber bestätigt',
    verifiedText: (publisher, product) => html`<b>${publisher}</b>. ${product} hat geprüft, wer das ist.`,
    unverified: 'Herausgeber nicht bestätigt',
    unverifiedText: (app, product) =>
      html`Niemand bei ${product} hat geprüft, wer hinter ${app} steht. Gehen Sie nur weiter, wenn Sie ihn kennen.`,
    alike: 'Der Name sieht aus wie ein anderer',
    alikeText: (product) =>
      `Man kann ihn für den Namen einer anderen App oder von ${product} selbst halten. Achten Sie darauf, wohin Ihre Antwort geht.`,
    here: 'Die Antwort bleibt auf diesem Computer',
    hereText: (app, host) =>
      html`Sie geht an ein Programm hier, unter <span class="host">${host}</span>. Welches es ist, können wir nicht sehen. Gehen Sie nur weiter, wenn <b>Sie</b> ${app} gerade eben gestartet haben.`,
    sentTo: 'Ihre Antwort geht an',
    papers: 'Was dort gilt',
    policy: 'Datenschutzerklärung',
    and: 'und',
    tos: 'Bedingungen',
    tosAlone: 'Bedingungen',
    ownSite: (papers) => html`${papers}, auf der Website der App`,
    signedInAs: 'Angemeldet als',
    switchAccount: ', Konto wechseln',
    other: 'Ein anderes Konto verwenden',
    what: (app) => html`Was ${app} dürfte`,
    whatMixed: 'Was nötig ist, braucht die App, um überhaupt zu arbeiten. Das andere wählen Sie selbst; es ist zunächst aus.',
    whatRequired: 'Alles davon braucht die App, um überhaupt zu arbeiten.',
    whatOptional: 'Alles davon wählen Sie selbst; es ist zunächst aus.',
    whatUnreviewed: (app) => html`Niemand hat ${app} geprüft, also ist nichts nötig und alles zunächst aus.`,
    whatNothing: (app) =>
      html`${app} könnte Sie wiedererkennen, wenn Sie zurückkommen, an einer Nummer, die für Sie steht. Sonst erfährt die App nichts.`,
    levels: {
      1: { title: 'Über Sie', note: 'gering' },
      2: { title: 'Sieht Ihre Daten an', note: 'privat' },
      3: { title: 'Handelt in Ihrem Namen', note: 'gut überlegen' },
    },
    required: 'Nötig',
    claims: 'Diese Angaben über Sie kennen',
    nothingOn: 'Nichts ist eingeschaltet',
    nothingOnText: (app) => html`Schalten Sie ein, was ${app} darf, oder lehnen Sie ab.`,
    where: 'Wo',
    already: (app) => html`Was ${app} schon darf`,
    alreadyText: 'Ihre Antwort auf die Frage, wie lange, gilt auch dafür.',
    howLong: 'Wie lange',
    once: 'Nur dieses Mal',
    onceNote: 'endet nach einer Stunde',
    month: '30 Tage',
    monthNote: (day) => `bis ${day}`,
    revoked: 'Bis ich es widerrufe',
    revokedNote: (days) => `endet nach ${days} Tagen ohne Nutzung`,
    offline: 'Der Zugriff besteht auch, während Sie nicht da sind.',
    willNot: (app) => html`Was ${app} nicht bekommt`,
    willNotText:
      'Ihr Passwort, und alles, was nicht auf dieser Seite steht. Die App kann später um mehr bitten; dann sähen Sie eine Seite wie diese.',
    next: (app, host, apps) =>
      html`Wenn Sie erlauben, kehren Sie zu <b>${host}</b> zurück, und ein Beleg liegt unter <a href="${apps}">Verbundene Apps</a>, wo Sie dies einschränken, anhalten oder beenden können. Wenn Sie ablehnen, erfährt ${app} nur das.`,
    nextHere: (app, apps) =>
      html`Wenn Sie erlauben, kehren Sie zu ${app} zurück, und ein Beleg liegt unter <a href="${apps}">Verbundene Apps</a>, wo Sie dies einschränken, anhalten oder beenden können. Wenn Sie ablehnen, erfährt ${app} nur das.`,
    deny: 'Ablehnen',
    allow: 'Erlauben',
  },

  again: {
    title: (app, things) =>
      things === 0
        ? `${app} hat sich geändert`
        : things === 1
          ? `${app} bittet um eine Sache mehr`
          : `${app} bittet um ${things} Dinge mehr`,
    heading: (app, things) =>
      things === 0
        ? html`${app} hat sich geändert`
        : things === 1
          ? html`${app} bittet um eine Sache mehr`
          : html`${app} bittet um ${things} Dinge mehr`,
    since: (app, day) => html`Sie haben ${app} am ${day} Zugriff erlaubt. Hier steht nur, was anders wäre.`,
    what: 'Was sich ändern würde',
    added: { 1: 'Neu, über Sie', 2: 'Neu, sieht Ihre Daten ein', 3: 'Neu, handelt in Ihrem Namen' },
    place: 'Neuer Ort',
    changed: 'Von der App geändert',
    parts: {
      host: 'Wohin Ihre Antwort geht',
      name: 'Ihr Name',
      kind: 'Was sie ist',
      logo: 'Ihr Bild',
      publisher: 'Ihr Herausgeber',
      site: 'Ihre eigene Website',
      policy: 'Ihre Datenschutzerklärung',
      tos: 'Ihre Bedingungen',
    },
    isNow: 'ist jetzt',
    none: 'keine',
    gone: 'Dieses Mal nicht verlangt',
    goneText: 'Es bleibt erlaubt, bis Sie es widerrufen.',
    stays: (things) =>
      things === 0
        ? 'Das Ende bleibt, wie es ist'
        : things === 1
          ? 'Eine Sache bleibt, wie sie ist'
          : `${things} Dinge bleiben, wie sie sind`,
    until: (day) => html`Bis ${day}.`,
    untilRevoked: 'Bis Sie es widerrufen.',
    next: (app) => html`Wenn Sie ablehnen, behält ${app}, was Sie vorher erlaubt haben, und sonst ändert sich nichts.`,
    keep: 'Alles beim Alten lassen',
    allow: 'Änderung erlauben',
    year: 'Ein Jahr',
  },

  receipts: {
    number: (seq) => `Beleg ${String(seq).padStart(4, '0')}`,
    old: 'Beleg ohne Nummer',
    allowed: (app) => html`Sie haben ${app} Zugriff erlaubt`,
    withdrawn: (app) => html`Sie haben beendet, was ${app} durfte`,
    changed: (app) => html`Sie haben geändert, was ${app} darf`,
    intro: 'Jede Ihrer Entscheidungen über eine App hinterlässt einen Beleg. Niemand kann ihn später unbemerkt ändern.',
    none: 'Noch kein Beleg',
    noneText: 'Wenn Sie einer App Zugriff auf Ihr Konto erlauben oder ihn beenden, steht hier ein Beleg darüber.',
    look: 'Ansehen',
    app: 'Die App',
    version: 'Gezeigte Version',
    open: 'Was Sie gesehen haben',
    download: 'Herunterladen',
    downloadAll: 'Alle herunterladen',
    older: 'Ältere Belege',
    newest: 'Neueste Belege',
    all: 'Alle Belege',
    whole: 'Sie passen zusammen',
    wholeText: (count) =>
      `${count === 1 ? 'Ein Beleg' : `${count} Belege`}, vom ersten bis zum letzten gelesen: Alle sind so, wie sie geschrieben wurden, und keiner fehlt.`,
    broken: 'Sie passen nicht zusammen',
    brokenText: 'Mindestens ein Beleg wurde verändert oder entfernt. Sagen Sie es dem Betreiber dieses Dienstes.',
    long: 'Es sind viele. Laden Sie alle herunter, um sie prüfen zu lassen.',
    unchained: (count) =>
      count === 1
        ? 'Einer ist älter als diese Aufzeichnung und wird nicht mitgeprüft.'
        : `${count} sind älter als diese Aufzeichnung und werden nicht mitgeprüft.`,
    when: 'Entschieden',
    from: 'Auf welchem Weg',
    page: 'Eine Seite von uns',
    product: 'Eine Seite des Produkts, gezeichnet nach dem, was unten steht',
    api: 'Ein Programm, das für Sie handeln darf; eine Seite von uns wurde nicht gezeigt',
    command: 'Ein Befehl des Betreibers',
    until: 'Endet',
    chosen: 'Wie lange',
    fingerprint: 'Fingerabdruck',
    before: 'Fingerabdruck des vorigen',
    shown: 'Was Sie gesehen haben',
    shownText: 'Wort für Wort, in der Sprache der Seite.',
    erased: 'Was gezeigt wurde, wird nicht mehr aufbewahrt.',
    nothing: 'Hierfür wurde nichts gezeigt.',
    on: 'Erlaubt',
    off: 'Nicht erlaubt',
    scope: 'Sie darf',
  },

  account: {
    nav: 'Ihr Konto',
    rooms: {
      profile: 'Profil',
      security: 'Anmeldung und Sicherheit',
      apps: 'Verbundene Apps',
      receipts: 'Belege',
      devices: 'Geräte',
      identities: 'Verknüpfte Konten',
    },
  },

  accounts,

  apps: {
    count: (apps) =>
      apps === 1
        ? 'Eine App darf Ihr Konto nutzen.'
        : `${['', '', 'Zwei', 'Drei', 'Vier', 'Fünf'][apps] ?? apps} Apps dürfen Ihr Konto nutzen.`,
    list: 'Alle Apps',
    none: 'Noch keine App',
    noneText: 'Wenn Sie einer App erlauben, Ihr Konto zu nutzen, steht sie hier, und Sie können es hier beenden.',
    reviewed: 'Geprüft',
    notReviewed: 'Nicht geprüft',
    stopped: 'Gestoppt',
    itMay: 'Sie darf:',
    recognise: 'Sie wiedererkennen',
    by: (publisher) => html`von ${publisher}`,
    from: 'Von wo',
    near: 'Ihr jetziges Netz',
    sentTo: 'Antworten gehen an',
    since: 'Erlaubt',
    until: 'Endet',
    untilRevoked: 'Wenn Sie es widerrufen',
    where: 'Wo',
    revoke: 'Widerrufen',
    revokeText: (app) =>
      html`${app} verliert den Zugriff sofort und muss Sie erneut fragen. Was die App schon kopiert hat, bleibt bei ihr.`,
    late: 'Was sie in diesem Augenblick tut, kann noch kurze Zeit weitergehen.',
    revokeOne: (app) => html`${app} den Zugriff entziehen`,
    revoked: (app) => html`${app} hat keinen Zugriff mehr`,
    revokedText: 'Die App bekommt nichts mehr. Sie kann Sie erneut fragen, und Sie würden die Frage sehen.',
    usedToday: (apps) => (apps === 1 ? 'Eine davon wurde heute genutzt.' : `${apps} davon wurden heute genutzt.`),
    sorted: 'Zuletzt genutzte zuerst',
    lastUsed: 'Zuletzt genutzt',
    lastUse: (day, count, figure) => html`${day}, ${count === 1 ? 'einmal' : `${figure}-mal`} in 30 Tagen`,
    notYet: 'Noch nie',
    notCounted: 'Noch nicht gezählt',
    inMonth: 'In 30 Tagen',
    times: (count, figure) => (count === 1 ? 'Einmal' : `${figure}-mal`),
    untilUnused: (days) => `Wenn Sie es widerrufen, oder nach ${days} Tagen ohne Nutzung`,
    unused: (day) => html`${day}, weil ungenutzt`,
    endsSoon: 'Endet bald',
    paused: 'Von Ihnen angehalten',
    ended: 'Beendet',
    narrow: 'Einschränken',
    pause: 'Anhalten',
    resume: 'Fortsetzen',
    isPaused: (app) => html`${app} ist angehalten`,
    isPausedText: 'Die App bekommt nichts, bis Sie sie fortsetzen.',
    restsText: 'Sie haben die App angehalten. Wenn Sie dies erlauben, läuft sie weiter.',
    goesOn: (app) => html`${app} läuft weiter`,
    goesOnText: 'Die App darf wieder, was sie vorher durfte.',
    show: 'Anzeigen',
    saved: 'Ihre Änderung ist gespeichert',
    savedText: 'Sie gilt sofort. Was die App schon kopiert hat, bleibt bei ihr.',
    may: 'Was die App darf',
    mayText: 'Schalten Sie aus, was sie nicht mehr tun soll. Um mehr zu erlauben, lassen Sie die App fragen.',
    endBefore: 'Bis',
    asNow: (day) => `${day}, wie bisher`,
    asNowRevoked: 'Ich es widerrufe, wie bisher',
    inDays: (days) => `In ${days} Tagen`,
    save: 'Speichern',
    nothingOn: 'Es bliebe nichts übrig',
    nothingOnText: 'Lassen Sie etwas eingeschaltet, oder widerrufen Sie den Zugriff der App.',
    endedText: 'Die App darf nichts mehr. Sie kann Sie erneut fragen, und Sie würden die Frage sehen.',
    chart: (most) => `Nutzung an jedem der letzten 30 Tage: höchstens ${most}-mal am Tag`,
    today: 'heute',
    history: 'Was geschehen ist',
    historyNote: 'es wird nie etwas entfernt',
    happened: {
      allowed: 'Sie haben es erlaubt',
      narrowed: 'Sie haben es eingeschränkt',
      limited: 'Sie haben ein früheres Ende gesetzt',
      paused: 'Sie haben es angehalten',
      resumed: 'Sie haben es fortgesetzt',
      withdrawn: 'Sie haben es widerrufen',
    },
    left: (names) => html`Was bleibt: ${names}.`,
    ends: (day) => html`Bis ${day}.`,
    receipt: 'Beleg',
    receipts: 'Letzte Belege',
  },

  devices: {
    list: 'Wo Sie angemeldet sind',
    here: 'Dieser Browser',
    on: (browser, system) => `${browser} unter ${system}`,
    unknown: 'Ein Browser unbekannter Art',
    since: (day) => html`Angemeldet: ${day}`,
    signOut: 'Abmelden',
    ended: 'Jener Browser ist abgemeldet',
    endedText: 'Wer dort sitzt, muss sich neu anmelden.',
    others: 'Alle anderen abmelden',
    othersEnded: 'Alle anderen Browser sind abgemeldet',
    everywhere: 'Überall abmelden',
    everywhereText:
      'Jeder Browser und jedes Gerät wird abgemeldet, auch dieses. Verbundene Apps arbeiten weiter, wenn Sie nichts anderes sagen:',
    everywhereGrants: 'Auch allen verbundenen Apps den Zugriff entziehen',
    more: 'Es gibt noch mehr. Überall abmelden beendet auch diese.',
  },

  factors: {
    usePasskey: 'Mit Passkey anmelden',
    code: {
      title: 'Code eingeben',
      text: (product) => html`Öffnen Sie Ihre Authenticator-App und suchen Sie <b>${product}</b>.`,
      who: (email) => html`Anmeldung als <b>${email}</b>`,
      notYou: 'Nicht Sie?',
      label: 'Sechsstelliger Code',
      hint: 'Er wechselt alle 30 Sekunden. Sie können ihn einfügen.',
      submit: 'Weiter',
      wrong: 'Dieser Code gilt gerade nicht. Warten Sie auf den nächsten, oder prüfen Sie, ob die Uhr Ihres Telefons stimmt.',
      used: 'Dieser Code wurde schon verwendet. Warten Sie auf den nächsten.',
      paused: (minutes) =>
        `Zu viele Versuche. Für ${minutes === 1 ? 'eine Minute' : `${minutes} Minuten`} wird kein Code angenommen, auch der richtige nicht.`,
      cannot: 'Ich bekomme keinen Code',
      useRecovery: 'Einen Wiederherstellungscode verwenden',
      useApp: 'Den Code der App verwenden',
      recoveryTitle: 'Wiederherstellungscode eingeben',
      recoveryText: 'Es ist einer der zehn, die Sie beim Einrichten aufbewahrt haben. Jeder gilt einmal.',
      recoveryLabel: 'Wiederherstellungscode',
      recoveryHint: 'Sechzehn Buchstaben und Ziffern. Bindestriche und Großschreibung spielen keine Rolle.',
      recoveryWrong: 'Das ist keiner Ihrer Wiederherstellungscodes, oder er wurde schon verwendet.',
    },
    passkey: {
      title: 'Mit Passkey anmelden',
      text: (product) => `Ihr Gerät fragt nach Finger, Gesicht oder PIN. ${product} bekommt nichts davon zu sehen.`,
      start: 'Mit einem Passkey fortfahren',
      noScript: 'Diese Seite braucht ein Skript',
      noScriptText: 'Browser geben Passkeys nur an Skripte heraus, und dieser führt keine aus. Alle anderen Seiten kommen ohne aus.',
      failed: 'Es wurde kein Passkey verwendet',
      failedText:
        'Der Browser hat keinen für diese Adresse, oder es wurde abgebrochen. Nichts wurde geändert. Versuchen Sie es noch einmal, oder gehen Sie zurück.',
      refused: 'Dieser Passkey passt nicht',
      refusedText:
        'Er wurde entfernt, gehört jemand anderem, oder die Seite hat zu lange gewartet. Versuchen Sie es noch einmal, oder gehen Sie zurück.',
      back: 'Anders anmelden',
    },
    addPasskey: {
      title: 'Passkey hinzufügen',
      text: 'Dieses Gerät, Ihr Telefon oder ein Sicherheitsschlüssel bewahrt ihn auf. Von da an meldet er Sie ohne Passwort an.',
      label: 'Wie Sie ihn nennen',
      hint: 'Damit Sie ihn wiedererkennen: „Telefon“, „Blauer Schlüssel“.',
      unnamed: 'Ein Passkey',
      start: 'Passkey hinzufügen',
      failedText: 'Das Gerät hat schon einen für diese Adresse, oder es wurde abgebrochen. Nichts wurde geändert.',
      refused: 'Der Passkey wurde nicht hinzugefügt',
      refusedText: 'Die Seite hat zu lange gewartet, oder Ihr Gerät kann keinen anlegen, der nach Ihnen fragt. Nichts wurde geändert.',
      back: 'Zurück zu Anmeldung und Sicherheit',
    },
    room: {
      text: 'Womit Sie zeigen, dass Sie es sind.',
      passkeys: 'Ihre Passkeys',
      passkeysText: 'Ein Passkey meldet Sie mit Ihrem Gerät an. Niemand kann ihn erraten, und keine andere Seite kann nach ihm fragen.',
      noPasskey: 'Sie haben noch keinen.',
      passkeysElsewhere: 'Sie gehen nur, wo dieser Server einen Namen hat: Seine Adresse ist jetzt eine Zahl.',
      added: 'Hinzugefügt',
      lastUsed: 'Zuletzt verwendet',
      never: 'nie',
      rename: 'Umbenennen',
      name: 'Bezeichnung',
      save: 'Speichern',
      remove: 'Entfernen',
      removeText: (label) => html`${label} meldet dann niemanden mehr an. Löschen Sie ihn auch auf Ihrem Gerät.`,
      removeOne: (label) => html`${label} entfernen`,
      app: 'Authenticator-App',
      appText: 'Nach dem Passwort werden Sie nach einem sechsstelligen Code gefragt, den eine App auf Ihrem Telefon zeigt.',
      appOn: 'Ein',
      appOff: 'Aus',
      turnOn: 'App einrichten',
      replace: 'Andere App einrichten',
      turnOff: 'Ausschalten',
      turnOffText: 'Bei der Anmeldung wird dann nach keinem Code einer App mehr gefragt. Was die App zeigt, gilt nicht mehr.',
      turnOffConfirm: 'Code ausschalten',
      codes: 'Wiederherstellungscodes',
      codesText: 'Für den Tag, an dem Ihr Gerät verloren ist: Jeder ersetzt einmal den Code.',
      codesLeft: (codes) => (codes === 0 ? 'Keiner ist übrig.' : codes === 1 ? 'Einer ist übrig.' : `${codes} sind übrig.`),
      codesFirst: 'Sie bekommen sie, sobald Sie einen Passkey oder eine App eingerichtet haben.',
      makeCodes: 'Zehn neue Codes anlegen',
      makeCodesText: 'Alle, die Sie von früher haben, gelten dann nicht mehr.',
      others: 'Mich überall sonst abmelden',
    },
    setUp: {
      wrong:
        'Dieser Code gehört nicht zu diesem Bild oder gilt jetzt nicht. Löschen Sie in der App, was sie von vorher hat, nehmen Sie dieses Bild auf und prüfen Sie, ob Ihr Telefon die richtige Zeit zeigt.',
      tooOld: 'Das Bild davor war zu alt, und dies ist ein anderes. Löschen Sie in der App, was sie davon hat, und nehmen Sie dieses auf.',
      title: 'Authenticator-App einrichten',
      scan: 'Halten Sie die Kamera Ihrer Authenticator-App auf dieses Bild.',
      picture: 'Ein Bild für die Kamera einer Authenticator-App',
      orType: 'Oder geben Sie diesen Schlüssel in die App ein:',
      link: 'Oder in einer App auf diesem Gerät öffnen',
      label: 'Der Code, den die App jetzt zeigt',
      submit: 'Code einschalten',
      back: 'Zurück',
    },
    newCodes: {
      title: 'Ihre Wiederherstellungscodes',
      text: 'Bewahren Sie sie dort auf, wo Sie ohne Telefon suchen würden: auf Papier oder in einem Passwortmanager. Sie werden nur jetzt gezeigt.',
      done: 'Ich habe sie aufbewahrt',
    },
    notices: {
      passkey_added: 'Der Passkey ist hinzugefügt',
      passkey_renamed: 'Der Passkey hat seinen neuen Namen',
      passkey_removed: 'Der Passkey ist entfernt',
      app_on: 'Der Code Ihrer App ist eingeschaltet',
      app_off: 'Der Code Ihrer App ist ausgeschaltet',
      not_changed: 'Nichts wurde geändert: Es war nicht mehr da',
    },
    required: 'Ihr Konto verlangt neben dem Passwort einen zweiten Nachweis. Richten Sie einen davon ein, um fortzufahren.',
  },

  upstream: {
    continueWith: (provider) => html`Weiter mit ${provider}`,
    known: 'Diese Adresse gehört hier schon zu einem Konto',
    knownText: (provider, email) =>
      html`${provider} nennt Sie ${email}. Melden Sie sich hier bei Ihrem Konto an; danach können Sie beide verknüpfen.`,
    prove: (provider) => html`Bevor ${provider} verknüpft wird`,
    proveText: 'Melden Sie sich noch einmal an, damit niemand sonst etwas mit Ihrem Konto verknüpfen kann.',
    linkTitle: (provider) => html`${provider} mit Ihrem Konto verknüpfen?`,
    linkText: (provider) => html`Von da an können Sie sich hier auch mit ${provider} anmelden. Das können Sie jederzeit beenden.`,
    there: (provider) => html`Konto bei ${provider}`,
    here: 'Konto hier',
    notTold: 'Die Adresse wurde nicht mitgeteilt',
    notNow: 'Jetzt nicht',
    link: 'Verknüpfen',
    intro: (product) =>
      `Damit melden Sie sich bei ${product} ohne ein Passwort von uns an. Wenn Sie sich hier abmelden, bleiben Sie dort angemeldet.`,
    none: 'Kein Konto ist verknüpft',
    noneText: 'Verknüpfen Sie eines, dann können Sie sich damit anmelden.',
    add: (provider) => html`${provider} verknüpfen`,
    since: 'Verknüpft',
    remove: 'Entfernen',
    removeText: (provider) =>
      html`Sie können sich dann nicht mehr mit ${provider} anmelden. Apps, die Sie zugelassen haben, arbeiten weiter.`,
    removeOne: (provider) => html`${provider} entfernen`,
    last: 'Anders können Sie sich nicht anmelden, deshalb bleibt es.',
    removed: (provider) => html`${provider} ist entfernt`,
    removedText: 'Dieses Konto lässt sich damit nicht mehr öffnen.',
    linked: (provider) => html`${provider} ist verknüpft`,
    linkedText: 'Ab jetzt können Sie sich damit anmelden.',
  },

  logout: {
    title: 'Abmelden',
    heading: (product) => `Bei ${product} abmelden?`,
    asked: (app, email) => html`Darum bittet <b>${app}</b> für ${email}.`,
    you: (email) => html`Sie sind als ${email} angemeldet. Verbundene Apps arbeiten weiter.`,
    afterwards: (host) => html`Danach geht es zu <span class="host" id="logout-redirect-host">${host}</span>.`,
    stay: 'Angemeldet bleiben',
    confirm: 'Abmelden',
    doneTitle: 'Abgemeldet',
    done: 'Sie sind abgemeldet',
    doneText:
      'In diesem Browser. Apps, die noch offen sind, kennen Sie vielleicht weiter: Melden Sie sich auch dort ab, wenn andere diesen Computer benutzen.',
    again: 'Erneut anmelden',
  },

  home: {
    title: 'Ihr Konto',
    heading: (product) => `Konten bei ${product}`,
    text: (product) => `Hier melden Sie sich bei ${product} an und entscheiden, welche Apps Ihr Konto nutzen dürfen.`,
    signIn: 'Anmelden',
    apps: 'Verbundene Apps',
  },

  error: {
    stopped: 'Angehalten',
    ours: 'Unser Fehler',
    busy: 'Ausgelastet',
    anApp: 'Eine App',
    theApp: 'der App',
    home: (product) => `Zu ${product}`,
    retry: 'Noch einmal versuchen',
    anew: 'Seite neu öffnen',
    reference: 'Kennung',
    time: 'Zeit',
    code: 'Name des Fehlers',
    developer: 'Was Sie dem Entwickler sagen können',
    quote: (sentence, reference) => html`„<span lang="en" dir="ltr">${sentence}</span> Kennung <span class="nowrap">${reference}</span>.“`,
    wait: (minutes) =>
      minutes === 1
        ? 'In einer Minute können Sie es gefahrlos wieder versuchen.'
        : `In ${minutes} Minuten können Sie es gefahrlos wieder versuchen.`,
  },

  reasons: {
    unknown_client: {
      title: () => html`Eine App hat Sie geschickt, die wir nicht kennen`,
      text: () => html`Niemand hat sie bei uns angemeldet, oder sie wurde entfernt. ${nothing} ${notYours}`,
    },
    unknown_redirect: {
      title: (app) => html`${app} hat eine Adresse genannt, die wir nicht kennen`,
      text: (app) => html`Wir sind nicht sicher, dass Ihre Antwort bei ${app} ankäme, also haben wir angehalten. ${nothing} ${notYours}`,
    },
    ended: {
      title: () => html`Diese Anfrage ist beendet`,
      text: (app) =>
        html`Sie hat zu lange gewartet, oder sie wurde schon beantwortet. Eben wurde über Sie nichts weitergegeben. Gehen Sie zurück zu ${app} und beginnen Sie dort von vorn.`,
    },
    not_found: {
      title: () => html`Unter dieser Adresse ist keine Seite`,
      text: () => html`Der Link, der Sie hergebracht hat, ist falsch oder alt. ${nothing}`,
    },
    too_many: {
      title: () => html`Das war zu oft`,
      text: () =>
        html`Wir haben eine Weile angehalten, damit Konten sicher bleiben und der Dienst läuft. Nichts wurde geändert, und über Sie wurde nichts weitergegeben.`,
    },
    no_cookies: {
      title: () => html`Ihr Browser behält keine Cookies für diese Seite`,
      text: (app) =>
        html`Ohne eines können wir Ihren Browser nicht von anderen unterscheiden, also haben wir angehalten. ${nothing} Erlauben Sie Cookies für diese Adresse und beginnen Sie dann bei ${app} von vorn.`,
    },
    foreign_form: {
      title: () => html`Dieses Formular kam nicht von unserer Seite`,
      text: () =>
        html`Vielleicht wollte eine andere Website für Sie antworten, also haben wir angehalten. Nichts wurde geändert, und über Sie wurde nichts weitergegeben. Öffnen Sie die Seite neu und antworten Sie dort.`,
    },
    stale_form: {
      title: () => html`Diese Seite stammt aus einer früheren Anmeldung`,
      text: () =>
        html`Seit sie geöffnet wurde, haben Sie sich neu angemeldet, vielleicht in einem anderen Tab. Deshalb haben wir angehalten, und nichts wurde geändert. Öffnen Sie die Seite neu und antworten Sie dort.`,
    },
    moving: {
      title: () => html`Wir ziehen auf eine andere Maschine um`,
      text: () =>
        html`Einige Minuten lang kann hier nichts geändert werden. Ihre Antwort wurde nicht gespeichert, und über Sie wurde nichts weitergegeben; alles, was Sie früher erlaubt haben, bleibt, wie es ist.`,
    },
    upstream_failed: {
      title: () => html`Die Anmeldung beim anderen Dienst hat nicht geklappt`,
      text: () =>
        html`Der Dienst, von dem Sie kommen, hat nichts geantwortet, was wir annehmen können. Sie sind nicht angemeldet, und nichts über Sie wurde weitergegeben. Beginnen Sie noch einmal, oder melden Sie sich anders an.`,
    },
    upstream_away: {
      title: () => html`Der andere Dienst antwortet gerade nicht`,
      text: () =>
        html`Sie sind nicht angemeldet, und über Sie wurde nichts weitergegeben. Es liegt nicht an Ihnen. Versuchen Sie es später noch einmal, oder melden Sie sich anders an.`,
    },
    upstream_address: {
      title: () => html`Uns wurde keine Adresse genannt, die sicher Ihnen gehört`,
      text: () =>
        html`Für ein Konto brauchen wir eine E-Mail-Adresse, die der andere Dienst geprüft hat. Sie sind nicht angemeldet, und nichts wurde gespeichert. Bestätigen Sie dort Ihre Adresse, oder melden Sie sich anders an.`,
    },
    upstream_unknown: {
      title: () => html`Hierzu gibt es bei uns kein Konto`,
      text: () =>
        html`Womit Sie sich angemeldet haben, ist mit keinem Konto verknüpft, und neue werden so nicht angelegt. Melden Sie sich anders an; danach können Sie es verknüpfen.`,
    },
    upstream_taken: {
      title: () => html`Das lässt sich nicht verknüpfen`,
      text: () =>
        html`Es ist schon mit einem anderen Konto verknüpft, oder Ihres mit einem anderen desselben Dienstes. Nichts wurde geändert.`,
    },
    directory_away: {
      title: () => html`Wir können gerade keine Passwörter prüfen`,
      text: () => html`Das Verzeichnis, das sie kennt, antwortet nicht. Sie sind nicht angemeldet, und nichts wurde geändert.`,
    },
    disabled: {
      title: () => html`Dieses Konto ist gesperrt`,
      text: () =>
        html`Es kann zurzeit nicht benutzt werden. Warum, sagt Ihnen, wer diesen Dienst betreibt. Nichts über Sie wurde weitergegeben.`,
    },
    handover: {
      title: () => html`Die Anmeldung ist nicht angekommen`,
      text: () =>
        html`Das Produkt, bei dem Sie sich anmelden, konnte uns nicht rechtzeitig oder nicht eindeutig sagen, wer Sie sind. Sie wurden hier nicht angemeldet, und über Sie wurde nichts weitergegeben. Gehen Sie dorthin zurück, wo Sie begonnen haben, und versuchen Sie es noch einmal.`,
    },
    signed_in_elsewhere: {
      title: () => html`Sie melden sich beim Produkt an, nicht hier`,
      text: () =>
        html`Dort liegen Ihr Passwort, Ihre Passkeys und Ihre Codes, und dort geht es auch weiter, wenn eines davon verloren ist.`,
    },
  },

  codes: {
    server_error: {
      title: () => html`Bei uns ist etwas kaputtgegangen`,
      text: () =>
        html`Vielleicht wurde Ihre Antwort nicht gespeichert, und nichts wurde weitergegeben. Was geschehen ist, haben wir notiert.`,
    },
    temporarily_unavailable: {
      title: () => html`Im Augenblick sind zu viele Menschen hier`,
      text: () => html`Ihre Antwort wurde nicht gespeichert, und nichts wurde weitergegeben.`,
    },
    access_denied: {
      title: () => html`Der Zugriff wurde abgelehnt`,
      text: () => html`${nothing}`,
    },
  },

  unreadable: {
    title: (app) => html`${app} hat eine Anfrage geschickt, die wir nicht lesen können`,
    text: () => html`Wir konnten nicht erkennen, was von Ihnen gewünscht wird, also haben wir angehalten. ${nothing} ${notYours}`,
  },
}
