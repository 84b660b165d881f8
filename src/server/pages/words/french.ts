import { html } from '../html.ts'
import { french as accounts } from './accounts/french.ts'
import type { Words } from './english.ts'

const nothing = 'Rien n’a été transmis à votre sujet.'
const notYours = 'Vous n’y êtes pour rien, et un nouvel essai n’y changera rien.'

export const french: Words = {
  lang: 'fr',
  dir: 'ltr',
  skip: 'Aller au contenu',
  help: 'Aide',
  privacy: 'Confidentialité',
  terms: 'Conditions',
  signOut: 'Se déconnecter',
  errorTitle: (title) => `Erreur : ${title}`,
  keptBy: (host) => `${host}, gardé par Vouchsafe`,

  login: {
    title: 'Se connecter',
    again: 'Se connecter de nouveau',
    with: (product) => `avec votre compte ${product}`,
    againFor: (app) => html`${app} vous demande de montrer encore une fois que c’est bien vous`,
    errand: (app, host) => html`Ensuite, vers <b>${app}</b> à l’adresse <span class="host">${host}</span>`,
    errandHere: (app) => html`Ensuite, vers <b>${app}</b> sur cet appareil`,
    email: 'Adresse e-mail',
    password: 'Mot de passe',
    submit: 'Se connecter',
    or: 'ou',
    goOnAs: (name) => html`Continuer en tant que ${name}`,
    other: 'Utiliser un autre compte',
    wrong: 'Cette adresse et ce mot de passe ne vont pas ensemble',
    check: 'Vérifiez les deux.',
    left: (tries) =>
      tries === 1
        ? 'Il reste un essai avant une pause de 15 minutes.'
        : `Il reste ${['', '', 'deux', 'trois'][tries] ?? tries} essais avant une pause de 15 minutes.`,
    paused: 'Trop d’essais',
    pausedText: (minutes) =>
      `La connexion est suspendue pendant ${minutes === 1 ? 'une minute' : `${minutes} minutes`}. Votre compte va bien. D’ici là, même le bon mot de passe ne sert à rien.`,
  },

  consent: {
    title: (app) => `${app} demande un accès`,
    heading: (app, product) => html`${app} demande à utiliser votre compte ${product.replaceAll(' ', '\u00A0')}`,
    agent: 'Agent IA',
    agentName: (app) => html`${app}, un agent IA,`,
    agentHeading: (app) => html`${app}, un agent IA, demande à agir pour vous`,
    agentWhat: (app) => html`Ce que ${app} pourrait faire sans redemander`,
    reviewed: 'Examinée',
    reviewedText: (product) => `${product} a examiné cette application.`,
    verified: 'Éditeur vérifié',
    verifiedText: (publisher, product) => html`<b>${publisher}</b>. ${product} a vérifié de qui il s’agit.`,
    unverified: 'Éditeur non vérifié',
    unverifiedText: (app, product) =>
      html`Personne chez ${product} n’a vérifié qui se trouve derrière ${app}. Ne continuez que si vous le savez.`,
    alike: 'Son nom ressemble à un autre',
    alikeText: (product) =>
      `On peut le prendre pour le nom d’une autre application, ou de ${product}. Regardez où votre réponse est envoyée.`,
    here: 'La réponse reste sur cet ordinateur',
    hereText: (app, host) =>
      html`Elle va à un programme ici même, à l’adresse <span class="host">${host}</span>. Nous ne pouvons pas savoir lequel. Ne continuez que si <b>vous</b> avez lancé ${app} à l’instant.`,
    sentTo: 'Votre réponse est envoyée à',
    papers: 'Leurs documents',
    policy: 'Politique de confidentialité',
    and: 'et',
    tos: 'conditions',
    tosAlone: 'Conditions',
    ownSite: (papers) => html`${papers}, sur leur propre site`,
    signedInAs: 'Connecté en tant que',
    switchAccount: ', changer de compte',
    other: 'Utiliser un autre compte',
    what: (app) => html`Ce que ${app} pourrait faire`,
    whatMixed: 'Ce qui est nécessaire l’est pour que l’application fonctionne. Le reste est à votre choix, et désactivé au départ.',
    whatRequired: 'Tout ceci est nécessaire pour que l’application fonctionne.',
    whatOptional: 'Tout ceci est à votre choix, et désactivé au départ.',
    whatUnreviewed: (app) => html`Personne n’a examiné ${app} : rien n’est donc nécessaire, et tout est désactivé au départ.`,
    whatNothing: (app) =>
      html`${app} pourrait vous reconnaître à votre retour, grâce à un numéro qui vous représente, et n’apprend rien d’autre.`,
    levels: {
      1: { title: 'À votre sujet', note: 'faible' },
      2: { title: 'Regarde vos données', note: 'privé' },
      3: { title: 'Agit en votre nom', note: 'à bien réfléchir' },
    },
    required: 'Nécessaire',
    claims: 'Connaître ces informations à votre sujet',
    nothingOn: 'Rien n’est activé',
    nothingOnText: (app) => html`Activez ce que ${app} peut faire, ou refusez.`,
    where: 'Où',
    already: (app) => html`Ce que ${app} peut déjà faire`,
    alreadyText: 'Votre réponse sur la durée vaut aussi pour cela.',
    howLong: 'Pour combien de temps',
    once: 'Juste cette fois',
    onceNote: 'prend fin après une heure',
    month: '30 jours',
    monthNote: (day) => `jusqu’au ${day}`,
    revoked: 'Jusqu’à ce que je le révoque',
    revokedNote: (days) => `prend fin après ${days} jours sans usage`,
    offline: 'L’accès est conservé en votre absence.',
    willNot: (app) => html`Ce que ${app} n’obtiendra pas`,
    willNotText:
      'Votre mot de passe, ni rien qui ne soit pas sur cette page. L’application pourra demander plus tard davantage, et vous verriez une page comme celle-ci.',
    next: (app, host, apps) =>
      html`Si vous autorisez, vous revenez à <b>${host}</b> et un reçu est conservé dans <a href="${apps}">Applications connectées</a>, où vous pouvez restreindre, suspendre ou arrêter cela. Si vous refusez, ${app} n’apprend que cela.`,
    nextHere: (app, apps) =>
      html`Si vous autorisez, vous revenez à ${app} et un reçu est conservé dans <a href="${apps}">Applications connectées</a>, où vous pouvez restreindre, suspendre ou arrêter cela. Si vous refusez, ${app} n’apprend que cela.`,
    deny: 'Refuser',
    allow: 'Autoriser',
  },

  again: {
    title: (app, things) =>
      things === 0 ? `${app} a changé` : things === 1 ? `${app} demande une chose de plus` : `${app} demande ${things} choses de plus`,
    heading: (app, things) =>
      things === 0
        ? html`${app} a changé`
        : things === 1
          ? html`${app} demande une chose de plus`
          : html`${app} demande ${things} choses de plus`,
    since: (app, day) => html`Vous avez autorisé ${app} le ${day}. Voici seulement ce qui serait différent.`,
    what: 'Ce qui changerait',
    added: { 1: 'Nouveau, sur vous', 2: 'Nouveau, consulte vos données', 3: 'Nouveau, agit en votre nom' },
    place: 'Nouvel endroit',
    changed: 'Modifié par l’application',
    parts: {
      host: 'Où votre réponse est envoyée',
      name: 'Son nom',
      kind: 'Ce qu’elle est',
      logo: 'Son image',
      publisher: 'Son éditeur',
      site: 'Son propre site',
      policy: 'Sa politique de confidentialité',
      tos: 'Ses conditions',
    },
    isNow: 'est maintenant',
    none: 'aucun',
    gone: 'Pas demandé cette fois',
    goneText: 'Cela reste autorisé jusqu’à ce que vous le révoquiez.',
    stays: (things) =>
      things === 0 ? 'La fin ne change pas' : things === 1 ? 'Une chose reste telle quelle' : `${things} choses restent telles quelles`,
    until: (day) => html`Jusqu’au ${day}.`,
    untilRevoked: 'Jusqu’à ce que vous le révoquiez.',
    next: (app) => html`Si vous dites non, ${app} garde ce que vous aviez autorisé, et rien d’autre ne change.`,
    keep: 'Garder comme avant',
    allow: 'Autoriser le changement',
    year: 'Un an',
  },

  receipts: {
    number: (seq) => `Reçu ${String(seq).padStart(4, '0')}`,
    old: 'Reçu sans numéro',
    allowed: (app) => html`Vous avez autorisé ${app}`,
    withdrawn: (app) => html`Vous avez mis fin à l’accès de ${app}`,
    changed: (app) => html`Vous avez changé ce que ${app} peut faire`,
    intro: 'Chacune de vos décisions sur une application laisse un reçu. Personne ne peut le modifier ensuite sans que cela se voie.',
    none: 'Aucun reçu pour l’instant',
    noneText: 'Quand vous autorisez une application à utiliser votre compte, ou y mettez fin, un reçu se trouve ici.',
    look: 'Le voir',
    app: 'L’application',
    version: 'Version affichée',
    open: 'Ce que vous avez vu',
    download: 'Télécharger',
    downloadAll: 'Tout télécharger',
    older: 'Reçus plus anciens',
    newest: 'Reçus les plus récents',
    all: 'Tous les reçus',
    whole: 'Ils concordent',
    wholeText: (count) =>
      `${count === 1 ? 'Un reçu lu' : `${count} reçus lus`} du premier au dernier : tout est tel qu’il a été écrit, et rien ne manque.`,
    broken: 'Ils ne concordent pas',
    brokenText: 'Au moins un reçu a été modifié ou retiré. Prévenez l’exploitant de ce service.',
    long: 'Ils sont nombreux. Téléchargez-les tous pour les faire vérifier.',
    unchained: (count) =>
      count === 1
        ? 'L’un d’eux est antérieur à ce registre et n’est pas vérifié.'
        : `${count} sont antérieurs à ce registre et ne sont pas vérifiés.`,
    when: 'Décidé',
    from: 'Au moyen de',
    page: 'Une de nos pages',
    product: 'Une page du produit lui-même, établie d’après ce qui figure ci-dessous',
    api: 'Un programme qui agit pour vous ; aucune de nos pages n’a été affichée',
    command: 'Une commande d’un opérateur',
    until: 'Fin',
    chosen: 'Durée',
    fingerprint: 'Empreinte',
    before: 'Empreinte du précédent',
    shown: 'Ce que vous avez vu',
    shownText: 'Mot pour mot, dans la langue de la page.',
    erased: 'Ce qui a été affiché n’est plus conservé.',
    nothing: 'Rien n’a été affiché pour celui-ci.',
    on: 'Autorisé',
    off: 'Non autorisé',
    scope: 'Elle peut',
  },

  account: {
    nav: 'Votre compte',
    rooms: {
      profile: 'Profil',
      security: 'Connexion et sécurité',
      apps: 'Applications connectées',
      receipts: 'Reçus',
      devices: 'Appareils',
      identities: 'Comptes liés',
    },
  },

  accounts,

  apps: {
    count: (apps) =>
      apps === 1
        ? 'Une application peut utiliser votre compte.'
        : `${['', '', 'Deux', 'Trois', 'Quatre', 'Cinq'][apps] ?? apps} applications peuvent utiliser votre compte.`,
    list: 'Applications',
    none: 'Aucune application pour l’instant',
    noneText: 'Quand vous autorisez une application à utiliser votre compte, elle figure ici, et vous pouvez y mettre fin ici.',
    reviewed: 'Examinée',
    notReviewed: 'Non examinée',
    stopped: 'Arrêtée',
    itMay: 'Elle peut :',
    recognise: 'Vous reconnaître',
    by: (publisher) => html`par ${publisher}`,
    from: 'Depuis',
    near: 'votre réseau actuel',
    sentTo: 'Les réponses vont à',
    since: 'Autorisée',
    until: 'Prend fin',
    untilRevoked: 'Quand vous la révoquez',
    where: 'Où',
    revoke: 'Révoquer',
    revokeText: (app) => html`${app} perd l’accès aussitôt et devra vous le redemander. Ce qui a déjà été copié y reste.`,
    late: 'Ce qu’elle fait en ce moment peut encore durer un court instant.',
    revokeOne: (app) => html`Révoquer ${app}`,
    revoked: (app) => html`${app} est révoquée`,
    revokedText: 'Elle n’obtient plus rien. Elle peut vous le redemander, et vous verriez la question.',
    usedToday: (apps) => (apps === 1 ? 'L’une d’elles a servi aujourd’hui.' : `${apps} d’entre elles ont servi aujourd’hui.`),
    sorted: 'Les plus récemment utilisées d’abord',
    lastUsed: 'Dernière utilisation',
    lastUse: (day, count, figure) => html`${day}, ${count === 1 ? 'une fois' : `${figure} fois`} en 30 jours`,
    notYet: 'Jamais encore',
    notCounted: 'Pas encore comptée',
    inMonth: 'En 30 jours',
    times: (count, figure) => (count === 1 ? 'Une fois' : `${figure} fois`),
    untilUnused: (days) => `Quand vous la révoquez, ou après ${days} jours sans utilisation`,
    unused: (day) => html`${day}, faute d’utilisation`,
    endsSoon: 'Prend bientôt fin',
    paused: 'Suspendue par vous',
    ended: 'Terminée',
    narrow: 'Restreindre',
    pause: 'Suspendre',
    resume: 'Reprendre',
    isPaused: (app) => html`${app} est suspendue`,
    isPausedText: 'Elle n’obtient rien jusqu’à ce que vous la repreniez.',
    restsText: 'Vous l’avez suspendue. Si vous autorisez ceci, elle reprend.',
    goesOn: (app) => html`${app} reprend`,
    goesOnText: 'Elle peut de nouveau faire ce qu’elle pouvait avant.',
    show: 'Afficher',
    saved: 'Votre changement est enregistré',
    savedText: 'Il vaut aussitôt. Ce que l’application a déjà copié y reste.',
    may: 'Ce qu’elle peut faire',
    mayText: 'Désactivez ce qu’elle ne doit plus faire. Pour permettre davantage, laissez l’application le demander.',
    endBefore: 'Jusqu’à',
    asNow: (day) => `${day}, comme maintenant`,
    asNowRevoked: 'Ma révocation, comme maintenant',
    inDays: (days) => `Dans ${days} jours`,
    save: 'Enregistrer',
    nothingOn: 'Il ne resterait rien',
    nothingOnText: 'Laissez quelque chose activé, ou révoquez l’application.',
    endedText: 'Elle ne peut plus rien faire. Elle peut vous le redemander, et vous verriez la question.',
    chart: (most) => `Utilisation sur chacun des 30 derniers jours : ${most} fois par jour au plus`,
    today: 'aujourd’hui',
    history: 'Ce qui s’est passé',
    historyNote: 'rien n’est jamais retiré',
    happened: {
      allowed: 'Vous l’avez autorisée',
      narrowed: 'Vous l’avez restreinte',
      limited: 'Vous avez avancé sa fin',
      paused: 'Vous l’avez suspendue',
      resumed: 'Vous l’avez reprise',
      withdrawn: 'Vous l’avez révoquée',
    },
    left: (names) => html`Ce qui reste : ${names}.`,
    ends: (day) => html`Jusqu’au ${day}.`,
    receipt: 'Reçu',
    receipts: 'Derniers reçus',
  },

  devices: {
    list: 'Où votre session est ouverte',
    here: 'Ce navigateur',
    on: (browser, system) => `${browser} sur ${system}`,
    unknown: 'Un navigateur de type inconnu',
    since: (day) => html`Session ouverte : ${day}`,
    signOut: 'Se déconnecter',
    ended: 'Ce navigateur est déconnecté',
    endedText: 'Il faudra s’y connecter de nouveau.',
    others: 'Déconnecter tous les autres',
    othersEnded: 'Tous les autres navigateurs sont déconnectés',
    everywhere: 'Se déconnecter partout',
    everywhereText:
      'Chaque navigateur et chaque appareil est déconnecté, celui-ci aussi. Les applications connectées continuent de fonctionner, sauf si vous en décidez autrement :',
    everywhereGrants: 'Révoquer aussi toutes les applications connectées',
    more: 'Il y en a d’autres. Se déconnecter partout y met fin aussi.',
  },

  factors: {
    usePasskey: 'Utiliser une clé d’accès',
    code: {
      title: 'Saisissez votre code',
      text: (product) => html`Ouvrez votre application d’authentification et cherchez <b>${product}</b>.`,
      who: (email) => html`Connexion en tant que <b>${email}</b>`,
      notYou: 'Ce n’est pas vous ?',
      label: 'Code à six chiffres',
      hint: 'Il change toutes les 30 secondes. Vous pouvez le coller.',
      submit: 'Continuer',
      wrong: 'Ce code n’est pas valable en ce moment. Attendez le suivant, ou vérifiez que votre téléphone est à l’heure.',
      used: 'Ce code a déjà servi. Attendez le suivant.',
      paused: (minutes) =>
        `Trop d’essais. Pendant ${minutes === 1 ? 'une minute' : `${minutes} minutes`}, aucun code n’est accepté, même le bon.`,
      cannot: 'Je ne peux pas obtenir de code',
      useRecovery: 'Utiliser un de vos codes de secours',
      useApp: 'Utiliser le code de l’application',
      recoveryTitle: 'Saisissez un code de secours',
      recoveryText: 'C’est l’un des dix que vous avez gardés lors de la configuration. Chacun sert une fois.',
      recoveryLabel: 'Code de secours',
      recoveryHint: 'Seize lettres et chiffres. Les tirets et les majuscules ne comptent pas.',
      recoveryWrong: 'Ce n’est aucun de vos codes de secours, ou il a déjà servi.',
    },
    passkey: {
      title: 'Utiliser une clé d’accès',
      text: (product) => `Votre appareil demande votre doigt, votre visage ou son code PIN. ${product} n’en voit rien.`,
      start: 'Continuer avec une clé d’accès',
      noScript: 'Cette page a besoin d’un script',
      noScriptText:
        'Les navigateurs ne remettent les clés d’accès qu’aux scripts, et celui-ci n’en exécute pas. Toutes les autres pages s’en passent.',
      failed: 'Aucune clé d’accès n’a été utilisée',
      failedText:
        'Le navigateur n’en a pas pour cette adresse, ou l’opération a été interrompue. Rien n’a été changé. Réessayez ou revenez en arrière.',
      refused: 'Cette clé d’accès ne convient pas',
      refusedText: 'Elle a été retirée, elle appartient à quelqu’un d’autre, ou la page a trop attendu. Réessayez ou revenez en arrière.',
      back: 'Se connecter autrement',
    },
    addPasskey: {
      title: 'Ajouter une clé d’accès',
      text: 'Cet appareil, votre téléphone ou une clé de sécurité la gardera. Ensuite elle vous connecte sans mot de passe.',
      label: 'Le nom que vous lui donnez',
      hint: 'Pour la reconnaître : « Téléphone », « Clé bleue ».',
      unnamed: 'Clé d’accès',
      start: 'Ajouter une clé d’accès',
      failedText: 'L’appareil en a déjà une pour cette adresse, ou l’opération a été interrompue. Rien n’a été changé.',
      refused: 'La clé d’accès n’a pas été ajoutée',
      refusedText: 'La page a trop attendu, ou votre appareil ne peut pas en créer une qui demande qui vous êtes. Rien n’a été changé.',
      back: 'Revenir à connexion et sécurité',
    },
    room: {
      text: 'Comment vous prouvez que c’est vous.',
      passkeys: 'Clés d’accès',
      passkeysText:
        'Une clé d’accès vous connecte par votre appareil. Personne ne peut la deviner, et aucun autre site ne peut la demander.',
      noPasskey: 'Vous n’en avez pas encore.',
      passkeysElsewhere: 'Elles ne marchent que là où ce serveur a un nom : son adresse est pour l’instant un nombre.',
      added: 'Ajoutée',
      lastUsed: 'Dernière utilisation',
      never: 'jamais',
      rename: 'Renommer',
      name: 'Nom',
      save: 'Enregistrer',
      remove: 'Retirer',
      removeText: (label) => html`${label} ne connectera plus personne. Supprimez-la aussi sur votre appareil.`,
      removeOne: (label) => html`Retirer ${label}`,
      app: 'Application d’authentification',
      appText: 'Après le mot de passe, on vous demande un code à six chiffres qu’une application affiche sur votre téléphone.',
      appOn: 'Activée',
      appOff: 'Désactivée',
      turnOn: 'Configurer une application',
      replace: 'Configurer une autre application',
      turnOff: 'Désactiver',
      turnOffText: 'La connexion ne demandera plus le code d’une application. Ce que l’application affiche ne vaudra plus rien.',
      turnOffConfirm: 'Désactiver le code',
      codes: 'Codes de secours',
      codesText: 'Pour le jour où votre appareil est perdu : chacun remplace une fois le code.',
      codesLeft: (codes) => (codes === 0 ? 'Il n’en reste aucun.' : codes === 1 ? 'Il en reste un.' : `Il en reste ${codes}.`),
      codesFirst: 'Vous les recevez une fois que vous avez configuré une clé d’accès ou une application.',
      makeCodes: 'Créer dix nouveaux codes',
      makeCodesText: 'Tous ceux que vous avez déjà ne vaudront plus rien.',
      others: 'Me déconnecter aussi partout ailleurs',
    },
    setUp: {
      wrong:
        'Ce code n’est pas celui de cette image, ou n’est pas valable à cet instant. Supprimez de l’application ce qu’elle garde d’avant, scannez cette image et vérifiez que votre téléphone affiche la bonne heure.',
      tooOld:
        'L’image précédente était trop ancienne, et celle-ci est nouvelle. Supprimez de l’application ce qu’elle en garde, puis scannez celle-ci.',
      title: 'Configurer une application d’authentification',
      scan: 'Visez cette image avec l’appareil photo de votre application d’authentification.',
      picture: 'Une image pour l’appareil photo d’une application d’authentification',
      orType: 'Ou saisissez cette clé dans l’application :',
      link: 'Ou ouvrez-la dans une application de cet appareil',
      label: 'Le code que l’application affiche maintenant',
      submit: 'Activer le code',
      back: 'Retour',
    },
    newCodes: {
      title: 'Vos codes de secours',
      text: 'Gardez-les là où vous chercheriez sans votre téléphone : sur papier ou dans un gestionnaire de mots de passe. Ils ne sont affichés que maintenant.',
      done: 'Je les ai gardés',
    },
    notices: {
      passkey_added: 'La clé d’accès est ajoutée',
      passkey_renamed: 'La clé d’accès a son nouveau nom',
      passkey_removed: 'La clé d’accès est retirée',
      app_on: 'Le code de votre application est activé',
      app_off: 'Le code de votre application est désactivé',
      not_changed: 'Rien n’a été changé : ce n’était plus là',
    },
    required: 'Votre compte demande une seconde preuve en plus du mot de passe. Configurez l’une d’elles pour continuer.',
  },

  upstream: {
    continueWith: (provider) => html`Continuer avec ${provider}`,
    known: 'Un compte a déjà cette adresse ici',
    knownText: (provider, email) =>
      html`${provider} indique que vous êtes ${email}. Connectez-vous à votre compte ici, puis vous pourrez lier les deux.`,
    prove: (provider) => html`Avant de lier ${provider}`,
    proveText: 'Connectez-vous encore une fois, afin que personne d’autre ne puisse lier quoi que ce soit à votre compte.',
    linkTitle: (provider) => html`Lier ${provider} à votre compte ?`,
    linkText: (provider) => html`Vous pourrez ensuite vous connecter ici avec ${provider} aussi. Vous pouvez y mettre fin à tout moment.`,
    there: (provider) => html`Compte chez ${provider}`,
    here: 'Compte ici',
    notTold: 'L’adresse ne nous a pas été communiquée',
    notNow: 'Pas maintenant',
    link: 'Lier',
    intro: (product) =>
      `Ils vous connectent à ${product} sans mot de passe de chez nous. Se déconnecter ici ne vous déconnecte pas là-bas.`,
    none: 'Aucun compte n’est lié',
    noneText: 'Liez-en un, et vous pourrez vous connecter avec lui.',
    add: (provider) => html`Lier ${provider}`,
    since: 'Lié',
    remove: 'Retirer',
    removeText: (provider) =>
      html`Vous ne pourrez plus vous connecter avec ${provider}. Les applications que vous avez autorisées continuent de fonctionner.`,
    removeOne: (provider) => html`Retirer ${provider}`,
    last: 'C’est votre seul moyen de vous connecter, il reste donc.',
    removed: (provider) => html`${provider} est retiré`,
    removedText: 'Il n’ouvre plus ce compte.',
    linked: (provider) => html`${provider} est lié`,
    linkedText: 'Vous pouvez désormais vous connecter avec lui.',
  },

  logout: {
    title: 'Se déconnecter',
    heading: (product) => `Se déconnecter de ${product} ?`,
    asked: (app, email) => html`<b>${app}</b> le demande pour ${email}.`,
    you: (email) => html`Vous êtes connecté en tant que ${email}. Les applications connectées continuent de fonctionner.`,
    afterwards: (host) => html`Ensuite, vous allez à <span class="host" id="logout-redirect-host">${host}</span>.`,
    stay: 'Rester connecté',
    confirm: 'Se déconnecter',
    doneTitle: 'Déconnexion faite',
    done: 'Vous êtes déconnecté',
    doneText:
      'Dans ce navigateur. Les applications encore ouvertes vous connaissent peut-être toujours : déconnectez-vous aussi là-bas si d’autres utilisent cet ordinateur.',
    again: 'Se connecter de nouveau',
  },

  home: {
    title: 'Votre compte',
    heading: (product) => `Comptes ${product}`,
    text: (product) => `Ici, vous vous connectez à ${product} et décidez quelles applications peuvent utiliser votre compte.`,
    signIn: 'Se connecter',
    apps: 'Applications connectées',
  },

  error: {
    stopped: 'Arrêté',
    ours: 'Notre faute',
    busy: 'Occupé',
    anApp: 'Une application',
    theApp: 'l’application',
    home: (product) => `Aller à ${product}`,
    retry: 'Réessayer',
    anew: 'Rouvrir la page',
    reference: 'Référence',
    time: 'Heure',
    code: 'Nom de l’erreur',
    developer: 'Ce qu’il faut dire au développeur',
    quote: (sentence, reference) =>
      html`« <span lang="en" dir="ltr">${sentence}</span> Référence <span class="nowrap">${reference}</span>. »`,
    wait: (minutes) =>
      minutes === 1 ? 'Vous pourrez réessayer sans risque dans une minute.' : `Vous pourrez réessayer sans risque dans ${minutes} minutes.`,
  },

  reasons: {
    unknown_client: {
      title: () => html`Une application que nous ne connaissons pas vous a envoyé ici`,
      text: () => html`Personne ne l’a enregistrée chez nous, ou elle a été retirée. ${nothing} ${notYours}`,
    },
    unknown_redirect: {
      title: (app) => html`${app} a donné une adresse que nous ne connaissons pas`,
      text: (app) =>
        html`Nous ne pouvons pas être sûrs que votre réponse parvienne à ${app} : nous nous sommes donc arrêtés. ${nothing} ${notYours}`,
    },
    ended: {
      title: () => html`Cette demande a pris fin`,
      text: (app) =>
        html`Elle a attendu trop longtemps, ou une réponse a déjà été donnée. Rien n’a été transmis à votre sujet à l’instant. Revenez à ${app} et recommencez là-bas.`,
    },
    not_found: {
      title: () => html`Il n’y a pas de page à cette adresse`,
      text: () => html`Le lien qui vous a conduit ici est faux ou ancien. ${nothing}`,
    },
    too_many: {
      title: () => html`C’était trop souvent`,
      text: () =>
        html`Nous nous sommes arrêtés un moment, pour protéger les comptes et garder le service en marche. Rien n’a été changé et rien n’a été transmis à votre sujet.`,
    },
    no_cookies: {
      title: () => html`Votre navigateur ne garde pas de cookies pour cette page`,
      text: (app) =>
        html`Sans cookie, nous ne pouvons pas distinguer votre navigateur d’un autre : nous nous sommes donc arrêtés. ${nothing} Autorisez les cookies pour cette adresse, puis recommencez depuis ${app}.`,
    },
    foreign_form: {
      title: () => html`Ce formulaire ne venait pas de notre page`,
      text: () =>
        html`Un autre site a peut-être essayé de répondre à votre place : nous nous sommes donc arrêtés. Rien n’a été changé et rien n’a été transmis à votre sujet. Rouvrez la page et répondez-y.`,
    },
    stale_form: {
      title: () => html`Cette page date d’une connexion précédente`,
      text: () =>
        html`Depuis son ouverture, vous vous êtes connecté de nouveau, peut-être dans un autre onglet : nous nous sommes donc arrêtés. Rien n’a été changé. Rouvrez la page et répondez-y.`,
    },
    moving: {
      title: () => html`Nous déménageons vers une autre machine`,
      text: () =>
        html`Pendant quelques minutes, rien ne peut être changé ici. Votre réponse n’a pas été enregistrée et rien n’a été transmis à votre sujet ; tout ce que vous avez autorisé auparavant reste tel quel.`,
    },
    upstream_failed: {
      title: () => html`La connexion par l’autre service n’a pas abouti`,
      text: () =>
        html`Le service d’où vous venez n’a pas donné de réponse que nous puissions accepter. Vous n’êtes pas connecté et rien à votre sujet n’a été transmis. Recommencez, ou connectez-vous autrement.`,
    },
    upstream_away: {
      title: () => html`L’autre service ne répond pas en ce moment`,
      text: () =>
        html`Vous n’êtes pas connecté et rien n’a été transmis à votre sujet. Vous n’y êtes pour rien. Réessayez plus tard, ou connectez-vous autrement.`,
    },
    upstream_address: {
      title: () => html`On ne nous a pas donné d’adresse qui soit sûrement la vôtre`,
      text: () =>
        html`Pour créer un compte, il nous faut une adresse e-mail que l’autre service a vérifiée. Vous n’êtes pas connecté et rien n’a été enregistré. Confirmez votre adresse là-bas, ou connectez-vous autrement.`,
    },
    upstream_unknown: {
      title: () => html`Personne ici n’a ce compte`,
      text: () =>
        html`Ce avec quoi vous vous êtes connecté n’est lié à aucun de nos comptes, et on n’en crée pas de cette façon. Connectez-vous autrement ; vous pourrez ensuite le lier.`,
    },
    upstream_taken: {
      title: () => html`Ceci ne peut pas être lié`,
      text: () => html`C’est déjà lié à un autre compte, ou le vôtre l’est à un autre du même service. Rien n’a été modifié.`,
    },
    directory_away: {
      title: () => html`Nous ne pouvons pas vérifier les mots de passe en ce moment`,
      text: () => html`L’annuaire qui les connaît ne répond pas. Vous n’êtes pas connecté et rien n’a été modifié.`,
    },
    disabled: {
      title: () => html`Ce compte est suspendu`,
      text: () =>
        html`Il ne peut pas être utilisé pour le moment. Qui gère ce service peut vous dire pourquoi. Rien à votre sujet n’a été transmis.`,
    },
    handover: {
      title: () => html`La connexion n’est pas arrivée jusqu’ici`,
      text: () =>
        html`Le produit où vous vous connectez n’a pas pu nous dire à temps, ou assez clairement, qui vous êtes. Vous n’avez pas été connecté ici et rien n’a été transmis à votre sujet. Retournez là où vous avez commencé et réessayez.`,
    },
    signed_in_elsewhere: {
      title: () => html`Vous vous connectez sur le produit, pas ici`,
      text: () =>
        html`C’est là que se trouvent votre mot de passe, vos clés d’accès et vos codes, et c’est là qu’il faut s’adresser si l’un d’eux est perdu.`,
    },
  },

  codes: {
    server_error: {
      title: () => html`Quelque chose s’est cassé de notre côté`,
      text: () => html`Votre réponse n’a peut-être pas été enregistrée, et rien n’a été transmis. Nous avons noté ce qui s’est passé.`,
    },
    temporarily_unavailable: {
      title: () => html`Il y a trop de monde ici en ce moment`,
      text: () => html`Votre réponse n’a pas été enregistrée et rien n’a été transmis.`,
    },
    access_denied: {
      title: () => html`L’accès a été refusé`,
      text: () => html`${nothing}`,
    },
  },

  unreadable: {
    title: (app) => html`${app} a envoyé une demande que nous ne pouvons pas lire`,
    text: () => html`Nous n’avons pas pu voir ce qui vous est demandé : nous nous sommes donc arrêtés. ${nothing} ${notYours}`,
  },
}
