import { html } from '../html.ts'
import { spanish as accounts } from './accounts/spanish.ts'
import type { Words } from './english.ts'

const nothing = 'No se ha transmitido nada sobre usted.'
const notYours = 'No es culpa suya, y volver a intentarlo no servirá.'

export const spanish: Words = {
  lang: 'es',
  dir: 'ltr',
  skip: 'Ir al contenido',
  help: 'Ayuda',
  privacy: 'Privacidad',
  terms: 'Condiciones',
  signOut: 'Cerrar sesión',
  errorTitle: (title) => `Error: ${title}`,
  keptBy: (host) => `${host}, al cuidado de Vouchsafe`,

  login: {
    title: 'Iniciar sesión',
    again: 'Iniciar sesión de nuevo',
    with: (product) => `con su cuenta de ${product}`,
    againFor: (app) => html`${app} le pide que demuestre una vez más que es usted`,
    errand: (app, host) => html`Después, a <b>${app}</b> en <span class="host">${host}</span>`,
    errandHere: (app) => html`Después, a <b>${app}</b> en este dispositivo`,
    email: 'Correo electrónico',
    password: 'Contraseña',
    submit: 'Iniciar sesión',
    or: 'o',
    goOnAs: (name) => html`Continuar como ${name}`,
    other: 'Usar otra cuenta',
    wrong: 'Ese correo y esa contraseña no coinciden',
    check: 'Compruebe ambos.',
    left: (tries) =>
      tries === 1
        ? 'Queda un intento antes de una pausa de 15 minutos.'
        : `Quedan ${['', '', 'dos', 'tres'][tries] ?? tries} intentos antes de una pausa de 15 minutos.`,
    paused: 'Demasiados intentos',
    pausedText: (minutes) =>
      `El inicio de sesión está en pausa durante ${minutes === 1 ? 'un minuto' : `${minutes} minutos`}. Su cuenta está bien. Hasta entonces tampoco sirve la contraseña correcta.`,
  },

  consent: {
    title: (app) => `${app} pide acceso`,
    heading: (app, product) => html`${app} pide usar su cuenta de ${product.replaceAll(' ', '\u00A0')}`,
    reviewed: 'Revisada',
    reviewedText: (product) => `${product} ha examinado esta aplicación.`,
    unverified: 'Editor sin verificar',
    unverifiedText: (app, product) => html`Nadie en ${product} ha comprobado quién está detrás de ${app}. Siga solo si sabe quién es.`,
    here: 'La respuesta se queda en este ordenador',
    hereText: (app, host) =>
      html`Va a un programa de aquí, en <span class="host">${host}</span>. No podemos saber cuál. Siga solo si <b>usted</b> abrió ${app} hace un momento.`,
    sentTo: 'Su respuesta se envía a',
    papers: 'Sus documentos',
    policy: 'Política de privacidad',
    and: 'y',
    tos: 'condiciones',
    tosAlone: 'Condiciones',
    ownSite: (papers) => html`${papers}, en su propio sitio`,
    signedInAs: 'Sesión iniciada como',
    switchAccount: ', cambiar de cuenta',
    other: 'Usar otra cuenta',
    what: (app) => html`Qué podría hacer ${app}`,
    whatMixed: 'Lo necesario hace falta para que la aplicación funcione. Lo demás lo elige usted, y empieza desactivado.',
    whatRequired: 'Todo esto hace falta para que la aplicación funcione.',
    whatOptional: 'Todo esto lo elige usted, y empieza desactivado.',
    whatUnreviewed: (app) => html`Nadie ha revisado ${app}, así que nada es necesario y todo empieza desactivado.`,
    whatNothing: (app) => html`${app} podría reconocerle cuando vuelva, por un número que le representa. No sabrá nada más.`,
    levels: {
      1: { title: 'Sobre usted', note: 'poco' },
      2: { title: 'Ve sus cosas', note: 'privado' },
      3: { title: 'Actúa en su nombre', note: 'piénselo bien' },
    },
    required: 'Necesario',
    claims: 'Conocer estos datos sobre usted',
    nothingOn: 'No hay nada activado',
    nothingOnText: (app) => html`Active lo que ${app} puede hacer, o deniegue.`,
    where: 'Dónde',
    already: (app) => html`Qué puede hacer ya ${app}`,
    alreadyText: 'Su respuesta sobre cuánto tiempo vale también para esto.',
    howLong: 'Cuánto tiempo',
    once: 'Solo esta vez',
    onceNote: 'termina en una hora',
    month: '30 días',
    monthNote: (day) => `hasta el ${day}`,
    revoked: 'Hasta que yo lo revoque',
    revokedNote: (days) => `termina tras ${days} días sin uso`,
    offline: 'Conserva el acceso mientras usted no está.',
    willNot: (app) => html`Qué no recibirá ${app}`,
    willNotText: 'Su contraseña, ni nada que no esté en esta página. Puede pedir más en otro momento, y usted vería una página como esta.',
    next: (app, host, apps) =>
      html`Si permite, vuelve a <b>${host}</b> y encuentra esto en <a href="${apps}">Aplicaciones conectadas</a>, donde puede ponerle fin. Si deniega, ${app} solo sabrá eso.`,
    nextHere: (app, apps) =>
      html`Si permite, vuelve a ${app} y encuentra esto en <a href="${apps}">Aplicaciones conectadas</a>, donde puede ponerle fin. Si deniega, ${app} solo sabrá eso.`,
    deny: 'Denegar',
    allow: 'Permitir',
  },

  again: {
    title: (app, things) =>
      things === 0 ? `${app} ha cambiado` : things === 1 ? `${app} pide una cosa más` : `${app} pide ${things} cosas más`,
    heading: (app, things) =>
      things === 0 ? html`${app} ha cambiado` : things === 1 ? html`${app} pide una cosa más` : html`${app} pide ${things} cosas más`,
    since: (app, day) => html`Usted autorizó ${app} el ${day}. Aquí está solo lo que cambiaría.`,
    what: 'Lo que cambiaría',
    added: { 1: 'Nuevo, sobre usted', 2: 'Nuevo, consulta sus cosas', 3: 'Nuevo, actúa en su nombre' },
    place: 'Lugar nuevo',
    changed: 'Cambiado por la aplicación',
    parts: {
      host: 'Adónde se envía su respuesta',
      name: 'Su nombre',
      logo: 'Su imagen',
      publisher: 'Su propio sitio',
      policy: 'Su política de privacidad',
      tos: 'Sus condiciones',
    },
    isNow: 'ahora es',
    none: 'ninguno',
    gone: 'Esta vez no lo pide',
    goneText: 'Sigue permitido hasta que usted lo revoque.',
    stays: (things) => (things === 0 ? 'El final no cambia' : things === 1 ? 'Una cosa sigue igual' : `${things} cosas siguen igual`),
    until: (day) => html`Hasta el ${day}.`,
    untilRevoked: 'Hasta que usted lo revoque.',
    next: (app) => html`Si dice que no, ${app} conserva lo que usted permitió antes, y nada más cambia.`,
    keep: 'Dejarlo como estaba',
    allow: 'Permitir el cambio',
    year: 'Un año',
  },

  receipts: {
    number: (seq) => `Recibo ${String(seq).padStart(4, '0')}`,
    old: 'Recibo sin número',
    allowed: (app) => html`Usted autorizó ${app}`,
    withdrawn: (app) => html`Usted puso fin a lo que ${app} podía hacer`,
    changed: (app) => html`Usted cambió lo que ${app} puede hacer`,
    intro: 'Cada decisión suya sobre una aplicación deja un recibo. Nadie puede cambiarlo después sin que se note.',
    none: 'Todavía no hay recibos',
    noneText: 'Cuando permita que una aplicación use su cuenta, o ponga fin a ello, aquí quedará un recibo.',
    open: 'Lo que usted vio',
    download: 'Descargar',
    downloadAll: 'Descargar todos',
    older: 'Recibos anteriores',
    newest: 'Recibos más recientes',
    all: 'Todos los recibos',
    whole: 'Encajan entre sí',
    wholeText: (count) =>
      `${count === 1 ? 'Un recibo leído' : `${count} recibos leídos`} del primero al último: todo está como se escribió y no falta nada.`,
    broken: 'No encajan entre sí',
    brokenText: 'Al menos un recibo fue alterado o retirado. Avise a quien gestiona este servicio.',
    long: 'Son muchos. Descárguelos todos para que se comprueben.',
    unchained: (count) =>
      count === 1
        ? 'Uno es anterior a este registro y no forma parte de la comprobación.'
        : `${count} son anteriores a este registro y no forman parte de la comprobación.`,
    when: 'Decidido',
    from: 'Por medio de',
    page: 'Una página nuestra',
    api: 'Un programa que actúa por usted; no se mostró ninguna página nuestra',
    command: 'Una orden de un operador',
    until: 'Termina',
    chosen: 'Cuánto tiempo',
    fingerprint: 'Huella',
    before: 'Huella del anterior',
    shown: 'Lo que usted vio',
    shownText: 'Palabra por palabra, en el idioma de la página.',
    erased: 'Lo que se mostró ya no se conserva.',
    nothing: 'Para este no se mostró nada.',
    on: 'Permitido',
    off: 'No permitido',
    scope: 'Puede',
  },

  account: {
    nav: 'Su cuenta',
    rooms: {
      profile: 'Perfil',
      security: 'Inicio de sesión y seguridad',
      apps: 'Aplicaciones conectadas',
      receipts: 'Recibos',
      devices: 'Dispositivos',
    },
  },

  accounts,

  apps: {
    count: (apps) =>
      apps === 1
        ? 'Una aplicación puede usar su cuenta.'
        : `${['', '', 'Dos', 'Tres', 'Cuatro', 'Cinco'][apps] ?? apps} aplicaciones pueden usar su cuenta.`,
    list: 'Aplicaciones',
    none: 'Todavía ninguna aplicación',
    noneText: 'Cuando permita que una aplicación use su cuenta, estará aquí, y aquí podrá ponerle fin.',
    reviewed: 'Revisada',
    notReviewed: 'Sin revisar',
    stopped: 'Detenida',
    itMay: 'Puede:',
    recognise: 'Reconocerle',
    sentTo: 'Las respuestas van a',
    since: 'Permitida',
    until: 'Termina',
    untilRevoked: 'Cuando usted la revoque',
    where: 'Dónde',
    revoke: 'Revocar',
    revokeText: (app) => html`${app} pierde el acceso al instante y tendrá que volver a pedírselo. Lo que ya copió se queda allí.`,
    revokeOne: (app) => html`Revocar ${app}`,
    revoked: (app) => html`${app} está revocada`,
    revokedText: 'No recibe nada más. Puede volver a pedírselo, y usted vería la pregunta.',
    usedToday: (apps) => (apps === 1 ? 'Una de ellas se ha usado hoy.' : `${apps} de ellas se han usado hoy.`),
    sorted: 'Las usadas hace menos, primero',
    lastUsed: 'Último uso',
    lastUse: (day, count, figure) => html`${day}, ${count === 1 ? 'una vez' : `${figure} veces`} en 30 días`,
    notYet: 'Todavía nunca',
    notCounted: 'Aún sin contar',
    inMonth: 'En 30 días',
    times: (count, figure) => (count === 1 ? 'Una vez' : `${figure} veces`),
    untilUnused: (days) => `Cuando usted la revoque, o tras ${days} días sin uso`,
    unused: (day) => html`${day}, por falta de uso`,
    endsSoon: 'Termina pronto',
    paused: 'En pausa por usted',
    ended: 'Terminada',
    narrow: 'Limitar',
    pause: 'Pausar',
    resume: 'Reanudar',
    isPaused: (app) => html`${app} está en pausa`,
    isPausedText: 'No recibe nada hasta que usted la reanude.',
    restsText: 'Usted la puso en pausa. Si permite esto, continúa.',
    goesOn: (app) => html`${app} continúa`,
    goesOnText: 'Puede hacer otra vez lo que podía antes.',
    show: 'Mostrar',
    saved: 'Su cambio está guardado',
    savedText: 'Vale al instante. Lo que la aplicación ya copió se queda allí.',
    may: 'Lo que puede hacer',
    mayText: 'Desactive lo que ya no deba hacer. Para permitir más, deje que la aplicación lo pida.',
    endBefore: 'Hasta',
    asNow: (day) => `${day}, como ahora`,
    asNowRevoked: 'Que yo la revoque, como ahora',
    inDays: (days) => `Dentro de ${days} días`,
    save: 'Guardar',
    nothingOn: 'No quedaría nada',
    nothingOnText: 'Deje algo activado, o revoque la aplicación.',
    endedText: 'Ya no puede hacer nada. Puede volver a pedírselo, y usted vería la pregunta.',
    chart: (most) => `Uso en cada uno de los últimos 30 días: ${most} veces al día como máximo`,
    today: 'hoy',
    history: 'Qué ha pasado',
    historyNote: 'nunca se borra nada',
    happened: {
      allowed: 'Usted la permitió',
      narrowed: 'Usted la limitó',
      limited: 'Usted adelantó su final',
      paused: 'Usted la puso en pausa',
      resumed: 'Usted la reanudó',
      withdrawn: 'Usted la revocó',
    },
    left: (names) => html`Lo que queda: ${names}.`,
    ends: (day) => html`Hasta el ${day}.`,
    receipt: 'Recibo',
    receipts: 'Últimos recibos',
  },

  devices: {
    list: 'Dónde tiene la sesión abierta',
    here: 'Este navegador',
    on: (browser, system) => `${browser} en ${system}`,
    unknown: 'Un navegador de tipo desconocido',
    since: (day) => html`Sesión abierta: ${day}`,
    signOut: 'Cerrar sesión',
    ended: 'La sesión de ese navegador está cerrada',
    endedText: 'Quien esté allí tendrá que iniciar sesión de nuevo.',
    others: 'Cerrar todas las demás',
    othersEnded: 'Todas las demás sesiones están cerradas',
    everywhere: 'Cerrar sesión en todas partes',
    everywhereText:
      'Se cierra la sesión en cada navegador y dispositivo, también en este. Las aplicaciones conectadas siguen funcionando salvo que usted diga otra cosa:',
    everywhereGrants: 'Revocar también todas las aplicaciones conectadas',
    more: 'Hay más. Cerrar sesión en todas partes termina también esas.',
  },

  logout: {
    title: 'Cerrar sesión',
    heading: (product) => `¿Cerrar la sesión de ${product}?`,
    asked: (app, email) => html`Lo pide <b>${app}</b> para ${email}.`,
    you: (email) => html`Ha iniciado sesión como ${email}. Las aplicaciones conectadas siguen funcionando.`,
    afterwards: (host) => html`Después va a <span class="host" id="logout-redirect-host">${host}</span>.`,
    stay: 'Mantener la sesión',
    confirm: 'Cerrar sesión',
    doneTitle: 'Sesión cerrada',
    done: 'Ha cerrado la sesión',
    doneText:
      'En este navegador. Las aplicaciones que tenga abiertas quizá aún le conozcan: cierre la sesión también allí si otras personas usan este ordenador.',
    again: 'Iniciar sesión de nuevo',
  },

  home: {
    title: 'Su cuenta',
    heading: (product) => `Cuentas de ${product}`,
    text: (product) => `Aquí inicia sesión en ${product} y decide qué aplicaciones pueden usar su cuenta.`,
    signIn: 'Iniciar sesión',
    apps: 'Aplicaciones conectadas',
  },

  error: {
    stopped: 'Detenido',
    ours: 'Fallo nuestro',
    busy: 'Ocupado',
    anApp: 'Una aplicación',
    theApp: 'la aplicación',
    home: (product) => `Ir a ${product}`,
    retry: 'Intentar de nuevo',
    reference: 'Referencia',
    time: 'Hora',
    code: 'Nombre del error',
    developer: 'Qué decir a quien la desarrolla',
    quote: (sentence, reference) =>
      html`«<span lang="en" dir="ltr">${sentence}</span> Referencia <span class="nowrap">${reference}</span>.»`,
    wait: (minutes) =>
      minutes === 1
        ? 'Dentro de un minuto puede intentarlo de nuevo sin riesgo.'
        : `Dentro de ${minutes} minutos puede intentarlo de nuevo sin riesgo.`,
  },

  reasons: {
    unknown_client: {
      title: () => html`Le ha enviado una aplicación que no conocemos`,
      text: () => html`Nadie la ha registrado aquí, o fue retirada. ${nothing} ${notYours}`,
    },
    unknown_redirect: {
      title: (app) => html`${app} dio una dirección que no conocemos`,
      text: (app) => html`No podemos asegurar que su respuesta llegue a ${app}, así que nos detuvimos. ${nothing} ${notYours}`,
    },
    ended: {
      title: () => html`Esta solicitud ha terminado`,
      text: (app) =>
        html`Esperó demasiado, o ya fue respondida. Ahora mismo no se ha transmitido nada sobre usted. Vuelva a ${app} y empiece allí de nuevo.`,
    },
    not_found: {
      title: () => html`No hay ninguna página en esta dirección`,
      text: () => html`El enlace que le trajo aquí es erróneo o antiguo. ${nothing}`,
    },
    too_many: {
      title: () => html`Han sido demasiadas veces`,
      text: () =>
        html`Paramos un rato para proteger las cuentas y mantener el servicio. No se cambió nada ni se transmitió nada sobre usted.`,
    },
    no_cookies: {
      title: () => html`Su navegador no guarda cookies de esta página`,
      text: (app) =>
        html`Sin una no podemos distinguir su navegador de otro, así que nos detuvimos. ${nothing} Permita las cookies de esta dirección y empiece de nuevo en ${app}.`,
    },
    foreign_form: {
      title: () => html`Este formulario no vino de nuestra página`,
      text: () =>
        html`Puede que otro sitio haya intentado responder por usted, así que nos detuvimos. No se cambió nada ni se transmitió nada sobre usted. Abra la página de nuevo y responda allí.`,
    },
    moving: {
      title: () => html`Nos trasladamos a otra máquina`,
      text: () =>
        html`Durante unos minutos aquí no se puede cambiar nada. Su respuesta no se guardó y no se transmitió nada sobre usted; todo lo que permitió antes sigue como estaba.`,
    },
  },

  codes: {
    server_error: {
      title: () => html`Algo se ha roto por nuestra parte`,
      text: () => html`Puede que su respuesta no se haya guardado, y no se transmitió nada. Hemos anotado lo que pasó.`,
    },
    temporarily_unavailable: {
      title: () => html`Hay demasiada gente aquí en este momento`,
      text: () => html`Su respuesta no se guardó y no se transmitió nada.`,
    },
    access_denied: {
      title: () => html`El acceso fue denegado`,
      text: () => html`${nothing}`,
    },
  },

  unreadable: {
    title: (app) => html`${app} envió una solicitud que no podemos leer`,
    text: () => html`No supimos qué le pide, así que nos detuvimos. ${nothing} ${notYours}`,
  },
}
