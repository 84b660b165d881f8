import { html } from '../../html.ts'
import type { AccountWords } from './english.ts'

export const spanish: AccountWords = {
  forgot: {
    link: '¿La ha olvidado?',
    title: 'Elegir una contraseña nueva',
    text: 'Díganos el correo con el que inicia sesión. Le enviaremos un enlace, válido durante 30 minutos.',
    submit: 'Enviar el enlace',
    back: 'Volver al inicio de sesión',
    sent: 'Mire su correo',
    thenBack: 'Después, vuelva a esta página: lo que iba a hacer le espera aquí.',
    sentText: (email) =>
      html`Si ${email} pertenece a una cuenta, hay un enlace en camino. ¿No llega nada en unos minutos? Mire entre el correo no deseado, o pruebe con la dirección con la que se registró al principio.`,
  },

  link: {
    over: 'Este enlace ya no sirve',
    overText: 'Ya se usó, es demasiado antiguo o su cuenta ha cambiado desde que se envió. No se ha cambiado nada. Pida uno nuevo.',
    taken: 'No se puede usar esta dirección',
    takenText: 'Entretanto pertenece a otra cuenta. No se ha cambiado nada.',
    signIn: 'Ir al inicio de sesión',
    verify: 'Confirmar su correo',
    verifyText: (email) => html`Usted declara que lee el correo de ${email}.`,
    verifySubmit: 'Confirmar esta dirección',
    verified: 'Su correo está confirmado',
    change: 'Usar este correo a partir de ahora',
    changeText: (email) =>
      html`Iniciará sesión con ${email}. La dirección anterior recibe un aviso y puede deshacer el cambio durante 7 días.`,
    changeSubmit: 'Usar esta dirección',
    changed: 'Su correo ha cambiado',
    undo: 'Deshacer el cambio',
    undoText: (email) =>
      html`Su cuenta vuelve a ${email}. Se cierran todas las sesiones, todas las aplicaciones pierden el acceso y la contraseña deja de servir: a continuación elegirá una nueva.`,
    undoSubmit: 'Deshacer',
    undone: 'El cambio se ha deshecho',
    doneText: (email) => html`Su cuenta pertenece a ${email}.`,
  },

  password: {
    title: 'Contraseña',
    text: 'Al cambiarla se cierra su sesión en todos los demás sitios.',
    current: 'Contraseña actual',
    fresh: 'Contraseña nueva',
    hint: 'Al menos 8 caracteres. Unas pocas palabras se recuerdan bien y cuesta adivinarlas.',
    apps: 'Terminar también lo que he permitido a las aplicaciones',
    submit: 'Cambiar la contraseña',
    resetTitle: 'Elija una contraseña nueva',
    resetText: (email) => html`Para ${email}. Se cierran todas sus sesiones, y entrará con la nueva.`,
    changed: 'Su contraseña ha cambiado',
    changedText: 'Se ha cerrado su sesión en todos los demás sitios.',
    resetDone: 'Inicie sesión con ella ahora.',
    wrong: 'Esa no es su contraseña actual',
    paused: 'Demasiados intentos. Espere un cuarto de hora.',
    short: 'Demasiado corta. Use al menos 8 caracteres.',
    long: 'Demasiado larga. Use como máximo 1024 caracteres.',
    stale: 'Su cuenta cambió en otra ventana. Mírela e inténtelo de nuevo.',
  },

  profile: {
    name: 'Nombre',
    nameHint: 'Lo que se dice a las aplicaciones a las que usted permite conocerlo.',
    nameSubmit: 'Guardar el nombre',
    nameLong: 'Demasiado largo. Use como máximo 100 caracteres.',
    saved: 'Su nombre está guardado',
    email: 'Correo',
    confirmed: 'Confirmado',
    unconfirmed: 'Sin confirmar',
    verifySubmit: 'Enviar un enlace para confirmarlo',
    fresh: 'Correo nuevo',
    freshHint: 'Contará cuando haya abierto el enlace que enviamos allí.',
    changeSubmit: 'Enviar un enlace a la dirección nueva',
    freshWrong: 'No es una dirección. Escríbala así: nombre@example.com.',
    sent: 'Hay un enlace en camino',
    sentText: 'Ábralo en un plazo de 24 horas. Si no llega nada, quizá la dirección no esté libre.',
    again: 'Iniciar sesión de nuevo',
    againText: 'Para cambiar o llevarse algo de aquí, demuestre una vez más que es usted.',
    export: 'Sus datos',
    exportText: 'Un archivo con todo lo que guardamos sobre usted, legible para personas y programas.',
    exportSubmit: 'Descargar sus datos',
    delete: 'Eliminar su cuenta',
    deleteText: 'Para siempre, con todo lo que ha permitido.',
    deleteLink: 'Eliminar la cuenta',
  },

  leave: {
    title: '¿Eliminar su cuenta?',
    text: (email) => html`La cuenta de ${email} termina al momento y para siempre. Nadie puede recuperarla, tampoco nosotros.`,
    ends: 'Se cierran todas sus sesiones y todas las aplicaciones pierden el acceso.',
    receipts: 'Sus comprobantes pierden su texto. Queda lo que demuestra que no se alteraron.',
    apps: (count) => (count === 1 ? 'Se elimina con ella una aplicación suya:' : `Se eliminan con ella ${count} aplicaciones suyas:`),
    confirm: 'Escriba su correo para eliminar la cuenta',
    wrong: 'Ese no es el correo de esta cuenta.',
    submit: 'Eliminar la cuenta para siempre',
    stay: 'Conservar la cuenta',
    gone: 'Su cuenta está eliminada',
    goneText: 'Lo que había permitido ha terminado. Las aplicaciones pueden conservar lo que copiaron antes.',
  },

  directory: {
    name: 'su organización',
    title: 'La contraseña de su organización',
    text: (email) =>
      html`Si su organización también le conoce como ${email}, puede iniciar sesión con la contraseña que tiene allí. A partir de entonces vale en lugar de la que eligió aquí.`,
    label: 'Contraseña de allí',
    submit: 'Vincular con esta cuenta',
    wrong: 'Esa no es la contraseña de allí, o allí no se conoce esta dirección.',
  },

  accounts: {
    signedIn: 'Con la sesión iniciada en este navegador',
    all: 'Cerrar la sesión de todas las cuentas',
    allText: (count) =>
      count === 1 ? 'Aquí hay otra cuenta con la sesión iniciada.' : `Aquí hay otras ${count} cuentas con la sesión iniciada.`,
  },

  create: {
    ask: '¿Aún no tiene cuenta?',
    link: 'Crear una',
    title: 'Crear una cuenta',
    text: 'Díganos su correo. Le enviaremos un enlace para continuar.',
    submit: 'Enviar el enlace',
    sentText: (email) => html`Hay un enlace en camino a ${email}. Es válido durante 24 horas.`,
    choose: 'Casi hemos terminado',
    chooseText: (email) => html`Iniciará sesión con ${email}.`,
    chooseSubmit: 'Crear la cuenta',
    done: 'Su cuenta está creada',
  },

  letters: {
    reset: {
      subject: (product) => `Una contraseña nueva para ${product}`,
      text: (product) =>
        `Alguien, probablemente usted, quiere una contraseña nueva para su cuenta de ${product}. Este enlace sirve una vez, durante 30 minutos.`,
      button: 'Elegir una contraseña nueva',
      otherwise: '¿No ha sido usted? No haga nada, y su contraseña seguirá como está.',
    },
    verify: {
      subject: (product) => `Confirme su correo para ${product}`,
      text: (product) =>
        `Abra este enlace para demostrar que esta dirección es suya. Pertenece a su cuenta de ${product} y es válido durante 24 horas.`,
      button: 'Confirmar esta dirección',
      otherwise: '¿No tiene cuenta allí? No haga nada.',
    },
    change: {
      subject: (product) => `Su correo nuevo para ${product}`,
      text: (product) =>
        `Alguien, probablemente usted, quiere usar esta dirección para una cuenta de ${product}. Contará cuando abra este enlace, en un plazo de 24 horas.`,
      button: 'Usar esta dirección',
      otherwise: '¿No ha sido usted? No haga nada, y nada cambiará.',
    },
    changed: {
      subject: (product) => `Su correo en ${product} ha cambiado`,
      text: (product) =>
        `Su cuenta de ${product} pertenece desde ahora a otra dirección. Si ha sido usted, no hay nada que hacer. Si no, deshágalo en un plazo de 7 días.`,
      button: 'Deshacer el cambio',
      otherwise:
        'Al deshacerlo se cierran todas las sesiones, termina el acceso de todas las aplicaciones y usted elige una contraseña nueva.',
    },
    password: {
      subject: (product) => `Su contraseña en ${product} ha cambiado`,
      text: (product) => `La contraseña de su cuenta de ${product} acaba de cambiar. Si ha sido usted, no hay nada que hacer.`,
      button: 'No he sido yo',
      otherwise: 'Con el enlace de arriba elige una contraseña nueva, y se cierran todas las sesiones.',
    },
    deleted: {
      subject: (product) => `Su cuenta en ${product} está eliminada`,
      text: (product) => `Su cuenta de ${product} se ha eliminado, con todo lo que había permitido. Este es el último mensaje sobre ella.`,
      otherwise: '¿No ha sido usted? Dígaselo a quienes llevan el servicio.',
    },
    create: {
      subject: (product) => `Su cuenta en ${product}`,
      text: (product) =>
        `Alguien, probablemente usted, quiere una cuenta de ${product} con esta dirección. Este enlace le lleva adelante, en un plazo de 24 horas.`,
      button: 'Crear la cuenta',
      otherwise: '¿No ha sido usted? No haga nada, y no habrá ninguna cuenta.',
    },
    exists: {
      subject: (product) => `Ya tiene una cuenta en ${product}`,
      text: (product) =>
        `Alguien, probablemente usted, quería una cuenta de ${product} con esta dirección. Ya existe una: inicie sesión con ella o elija una contraseña nueva.`,
      button: 'Elegir una contraseña nueva',
      otherwise: '¿No ha sido usted? No haga nada.',
    },
  },
}
