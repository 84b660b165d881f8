import { html } from '../../html.ts'
import type { AccountWords } from './english.ts'

export const french: AccountWords = {
  forgot: {
    link: 'Oublié ?',
    title: 'Choisir un nouveau mot de passe',
    text: 'Indiquez l’adresse avec laquelle vous vous connectez. Nous y envoyons un lien, valable 30 minutes.',
    submit: 'Envoyer le lien',
    back: 'Retour à la connexion',
    sent: 'Regardez vos e-mails',
    thenBack: 'Revenez ensuite sur cette page : ce que vous alliez faire vous y attend.',
    sentText: (email) =>
      html`Si ${email} correspond à un compte, un lien est en route. Rien dans les prochaines minutes ? Regardez parmi les messages indésirables, ou essayez l’adresse de votre première inscription.`,
  },

  link: {
    over: 'Ce lien n’est plus valable',
    overText:
      'Il a déjà servi, il est trop ancien, ou votre compte a changé depuis son envoi. Rien n’a été modifié. Demandez-en un nouveau.',
    taken: 'Cette adresse ne peut pas servir',
    takenText: 'Elle appartient désormais à un autre compte. Rien n’a été modifié.',
    signIn: 'Aller à la connexion',
    verify: 'Confirmer votre adresse',
    verifyText: (email) => html`Vous déclarez lire le courrier de ${email}.`,
    verifySubmit: 'Confirmer cette adresse',
    verified: 'Votre adresse est confirmée',
    change: 'Utiliser désormais cette adresse',
    changeText: (email) =>
      html`Vous vous connecterez avec ${email}. L’ancienne adresse reçoit un mot et peut annuler le changement pendant 7 jours.`,
    changeSubmit: 'Utiliser cette adresse',
    changed: 'Votre adresse est changée',
    undo: 'Annuler le changement',
    undoText: (email) =>
      html`Votre compte revient à ${email}. Tout le monde est déconnecté, toutes les applications perdent leur accès, et le mot de passe ne vaut plus : vous en choisissez un nouveau ensuite.`,
    undoSubmit: 'Annuler ce changement',
    undone: 'Le changement est annulé',
    doneText: (email) => html`Votre compte est lié à ${email}.`,
  },

  password: {
    title: 'Mot de passe',
    text: 'Le changer vous déconnecte partout ailleurs.',
    current: 'Mot de passe actuel',
    fresh: 'Nouveau mot de passe',
    hint: 'Au moins 8 caractères. Quelques mots se retiennent bien et se devinent mal.',
    apps: 'Mettre fin aussi à ce que j’ai autorisé aux applications',
    submit: 'Changer le mot de passe',
    resetTitle: 'Choisissez un nouveau mot de passe',
    resetText: (email) => html`Pour ${email}. Vous êtes déconnecté partout, et vous connectez avec le nouveau.`,
    changed: 'Votre mot de passe est changé',
    changedText: 'Vous êtes déconnecté partout ailleurs.',
    resetDone: 'Connectez-vous avec lui maintenant.',
    wrong: 'Ce n’est pas votre mot de passe actuel',
    paused: 'Trop d’essais. Attendez un quart d’heure.',
    short: 'Trop court. Utilisez au moins 8 caractères.',
    long: 'Trop long. Utilisez au plus 1 024 caractères.',
    stale: 'Votre compte a été modifié dans une autre fenêtre. Regardez-le, puis réessayez.',
  },

  profile: {
    name: 'Nom',
    nameHint: 'Ce qu’apprennent les applications à qui vous le montrez.',
    nameSubmit: 'Enregistrer le nom',
    nameLong: 'Trop long. Utilisez au plus 100 caractères.',
    saved: 'Votre nom est enregistré',
    email: 'Adresse e-mail',
    confirmed: 'Confirmée',
    unconfirmed: 'Non confirmée',
    verifySubmit: 'Envoyer un lien pour la confirmer',
    fresh: 'Nouvelle adresse',
    freshHint: 'Elle compte dès que vous avez ouvert le lien que nous y envoyons.',
    changeSubmit: 'Envoyer un lien à la nouvelle adresse',
    freshWrong: 'Pas une adresse. Écrivez-la ainsi : nom@example.com.',
    sent: 'Un lien est en route',
    sentText: 'Ouvrez-le dans les 24 heures. Si rien ne vient, l’adresse n’est peut-être pas libre.',
    again: 'Se connecter de nouveau',
    againText: 'Pour changer ou emporter quelque chose ici, montrez encore une fois que c’est bien vous.',
    export: 'Vos données',
    exportText: 'Un fichier avec tout ce que nous conservons sur vous, lisible par des personnes et des programmes.',
    exportSubmit: 'Télécharger vos données',
    delete: 'Supprimer votre compte',
    deleteText: 'Pour de bon, avec tout ce que vous avez autorisé.',
    deleteLink: 'Supprimer le compte',
  },

  leave: {
    title: 'Supprimer votre compte ?',
    text: (email) => html`Le compte de ${email} prend fin tout de suite et pour de bon. Personne ne peut le rétablir, nous non plus.`,
    ends: 'Vous êtes déconnecté partout, et chaque application perd son accès.',
    receipts: 'Vos reçus perdent leur texte. Ce qui prouve qu’ils n’ont pas été altérés reste.',
    apps: (count) =>
      count === 1
        ? 'Une application qui est à vous disparaît avec lui :'
        : `${count} applications qui sont à vous disparaissent avec lui :`,
    confirm: 'Saisissez votre adresse pour supprimer le compte',
    wrong: 'Ce n’est pas l’adresse de ce compte.',
    submit: 'Supprimer le compte pour de bon',
    stay: 'Garder le compte',
    gone: 'Votre compte est supprimé',
    goneText: 'Ce que vous aviez autorisé a pris fin. Les applications peuvent garder ce qu’elles ont copié avant.',
  },

  directory: {
    name: 'votre organisation',
    title: 'Le mot de passe de votre organisation',
    text: (email) =>
      html`Si votre organisation vous connaît aussi sous ${email}, vous pouvez vous connecter avec le mot de passe que vous y avez. Il remplace alors celui que vous avez choisi ici.`,
    label: 'Mot de passe là-bas',
    submit: 'Lier à ce compte',
    wrong: 'Ce n’est pas le mot de passe là-bas, ou cette adresse n’y est pas connue.',
  },

  accounts: {
    signedIn: 'Connecté dans ce navigateur',
    all: 'Se déconnecter de tous les comptes',
    allText: (count) => (count === 1 ? 'Un autre compte est connecté ici.' : `${count} autres comptes sont connectés ici.`),
  },

  create: {
    ask: 'Pas encore de compte ?',
    link: 'En créer un',
    title: 'Créer un compte',
    text: 'Indiquez votre adresse. Nous y envoyons un lien, et vous continuez à partir de là.',
    submit: 'Envoyer le lien',
    sentText: (email) => html`Un lien est en route vers ${email}. Il est valable 24 heures.`,
    choose: 'Presque fini',
    chooseText: (email) => html`Vous vous connecterez avec ${email}.`,
    chooseSubmit: 'Créer le compte',
    done: 'Votre compte est créé',
  },

  letters: {
    reset: {
      subject: (product) => `Un nouveau mot de passe pour ${product}`,
      text: (product) =>
        `Quelqu’un, sans doute vous, souhaite un nouveau mot de passe pour votre compte ${product}. Ce lien sert une fois, pendant 30 minutes.`,
      button: 'Choisir un nouveau mot de passe',
      otherwise: 'Ce n’était pas vous ? Ne faites rien, et votre mot de passe reste tel quel.',
    },
    verify: {
      subject: (product) => `Confirmez votre adresse pour ${product}`,
      text: (product) =>
        `Ouvrez ce lien pour montrer que cette adresse est la vôtre. Il concerne votre compte ${product} et reste valable 24 heures.`,
      button: 'Confirmer cette adresse',
      otherwise: 'Vous n’y avez pas de compte ? Ne faites rien.',
    },
    change: {
      subject: (product) => `Votre nouvelle adresse pour ${product}`,
      text: (product) =>
        `Quelqu’un, sans doute vous, veut utiliser cette adresse pour un compte ${product}. Elle compte dès que vous ouvrez ce lien, dans les 24 heures.`,
      button: 'Utiliser cette adresse',
      otherwise: 'Ce n’était pas vous ? Ne faites rien, et rien ne change.',
    },
    changed: {
      subject: (product) => `Votre adresse chez ${product} a été changée`,
      text: (product) =>
        `Votre compte ${product} est désormais lié à une autre adresse. Si c’était vous, il n’y a rien à faire. Sinon, annulez dans les 7 jours.`,
      button: 'Annuler le changement',
      otherwise:
        'L’annulation déconnecte tout le monde, met fin à l’accès de toutes les applications et vous laisse choisir un nouveau mot de passe.',
    },
    password: {
      subject: (product) => `Votre mot de passe chez ${product} a été changé`,
      text: (product) => `Le mot de passe de votre compte ${product} vient d’être changé. Si c’était vous, il n’y a rien à faire.`,
      button: 'Ce n’était pas moi',
      otherwise: 'Avec le lien ci-dessus, vous choisissez un nouveau mot de passe, ce qui déconnecte tout le monde.',
    },
    deleted: {
      subject: (product) => `Votre compte chez ${product} est supprimé`,
      text: (product) =>
        `Votre compte ${product} a été supprimé, avec tout ce que vous aviez autorisé. C’est le dernier message à son sujet.`,
      otherwise: 'Ce n’était pas vous ? Dites-le à ceux qui tiennent le service.',
    },
    create: {
      subject: (product) => `Votre compte chez ${product}`,
      text: (product) =>
        `Quelqu’un, sans doute vous, souhaite un compte ${product} avec cette adresse. Ce lien mène à la suite, dans les 24 heures.`,
      button: 'Créer le compte',
      otherwise: 'Ce n’était pas vous ? Ne faites rien, et il n’y aura pas de compte.',
    },
    exists: {
      subject: (product) => `Vous avez déjà un compte chez ${product}`,
      text: (product) =>
        `Quelqu’un, sans doute vous, souhaitait un compte ${product} avec cette adresse. Il en existe un : connectez-vous avec, ou choisissez un nouveau mot de passe.`,
      button: 'Choisir un nouveau mot de passe',
      otherwise: 'Ce n’était pas vous ? Ne faites rien.',
    },
  },
}
