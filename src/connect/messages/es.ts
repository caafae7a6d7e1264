/** Owns every text of the Connect page in Spanish. */
import type { Messages } from './en.ts'
import { errors } from './errors/es.ts'

export const es: Messages = {
  code: 'es',
  direction: 'ltr',

  common: {
    connectYour: 'Conecta tu cuenta de {app}',
    reconnectYour: 'Vuelve a conectar tu cuenta de {app}',
    asks: '{product} quiere conectar tu cuenta de {app}.',
    asksAgain: '{product} quiere volver a conectar tu cuenta de {app}.',
    continueTo: 'Continuar a {app}',
    continue: 'Continuar',
    cancel: 'Cancelar',
    connectingFor: 'Conexión para {user}',
    development: 'Desarrollo',
    questions: '¿Preguntas? Escribe a {address}',
    code: 'Código: {code}',
    preview: 'Conecta tu cuenta',
  },

  appList: {
    title: '¿Qué quieres conectar?',
    asks: '{product} quiere usar una de tus cuentas. Elige una aplicación.',
    search: 'Buscar aplicaciones',
    find: 'Buscar',
    nothingFound: 'Aquí no se puede conectar ninguna aplicación con ese nombre.',
    showAll: 'Mostrar todas las aplicaciones',
    none: 'Todavía no se ha configurado ninguna aplicación.',
  },

  signIn: {
    expected: 'Estaba conectada la cuenta {account}. Inicia sesión con esa misma cuenta.',
    heading: 'Qué significa esto',
    password: 'Inicias sesión en {app}. {product} nunca ve tu contraseña.',
    identity: '{product} sabrá quién eres en {app}: tu nombre y tu dirección de correo.',
    access: '{product} podrá ver y hacer en {app} lo que permitas allí, también cuando no estés.',
    until: 'Esto dura hasta que tú o {product} desconecten la cuenta.',
    permissions: 'Permisos en detalle ({count})',
    allNeeded: '{product} los necesita todos.',
    someOptional: 'En {app} puedes dejar algunos sin conceder.',
    fieldsFirst: '{app} necesita antes estos datos:',
  },

  ownClient: {
    intro: 'Usas un cliente OAuth propio. Registra para él esta dirección de retorno en {app}:',
    id: 'ID de cliente',
    secret: 'Secreto de cliente',
  },

  keys: {
    expected: 'Estaba conectada la cuenta {account}. Usa las claves de esa misma cuenta.',
    heading: 'Qué significa esto',
    stored: 'Lo que escribas se prueba en {app} y después se guarda cifrado.',
    access: '{product} podrá hacer en {app} todo lo que estas claves permitan.',
    until: 'Esto dura hasta que tú o {product} desconecten la cuenta.',
    connect: 'Conectar',
    trying: 'Probando las claves en {app} …',
  },

  fields: {
    optional: '(opcional)',
    choose: 'Elige una opción',
    show: 'Mostrar',
    hide: 'Ocultar',
    paste: 'Pegar',
    pasteFailed: 'El navegador no permite pegar con un botón. Pega directamente en el campo.',
  },

  faults: {
    missing: 'Rellena este campo.',
    too_long: 'Tiene más de {count} caracteres.',
    characters: 'Contiene caracteres que no se pueden usar.',
    option: 'Elige una de las opciones.',
    form: 'No tiene la forma correcta.',
    unknown: 'Este campo no existe en esta aplicación.',
  },

  waiting: {
    opened: 'Termina de iniciar sesión en {app} en la ventana que se ha abierto.',
    blocked:
      'Termina de iniciar sesión en {app} en la ventana nueva. Si no se ha abierto ninguna, ábrela aquí:',
    again: 'Abrir la ventana otra vez',
    open: 'Abrir la ventana de inicio de sesión',
    restart: 'Empezar de nuevo',
  },

  confirmation: {
    onlyIf: 'Continúa solo si acabas de pedirlo tú.',
  },

  finishing: {
    title: 'Un momento',
    text: 'Tu cuenta de {app} se está conectando a {product}. Esta página sigue sola.',
  },

  connected: {
    title: 'Cuenta conectada',
    done: 'Tu cuenta de {app} ya está conectada a {product}.',
    doneAs: 'Tu cuenta {account} de {app} ya está conectada a {product}.',
    unchecked:
      '{app} no dice de quién es la cuenta, así que nadie ha podido comprobar que sea la misma de antes.',
    close: 'Puedes cerrar esta ventana.',
  },

  choice: {
    which: '¿Cuál de ellos?',
    several: 'El inicio de sesión en {app} da acceso a varios. Elige el que {product} puede usar.',
    another: 'Esta es otra cuenta',
    differs: 'Has iniciado sesión en {app} con una cuenta distinta de la que estaba conectada.',
    before: 'Conectada hasta ahora: {account}',
    now: 'Sesión iniciada ahora: {account}',
    again: 'Iniciar sesión de nuevo',
    againHint: 'Si {app} no pregunta quién eres, cierra antes la sesión allí.',
    separate: 'Conectarla como cuenta aparte',
    separateHint: 'La cuenta conectada hasta ahora sigue como está.',
    replace: 'Sustituir la cuenta',
    replaceHint: '{product} usará la nueva cuenta en todo lo que hasta ahora usaba la otra.',
    keysDiffer: 'Las claves que has introducido son de otra cuenta de {app}, no de la que estaba conectada.',
    keysNow: 'Claves introducidas ahora: {account}',
    keysAgain: 'Introducir otras claves',
    keysAgainHint: 'El formulario se abre otra vez.',
  },

  verification: {
    title: 'Un paso más',
    confirms: '{product} tiene que confirmar que eres tú quien conecta esta cuenta.',
    continueAt: 'Continuar en {product}',
  },

  handover: {
    offer: 'Continuar en otro dispositivo',
    scan: 'Escanea este código con el otro dispositivo.',
    picture: 'Código QR con la dirección para el otro dispositivo',
    number: 'Allí, elige este número:',
    waiting: 'Esta página sigue sola cuando termines allí. El código vale una vez y durante diez minutos.',
    opened: 'Sigue en tu otro dispositivo. Esta página sigue sola cuando termines allí.',
    renew: 'Código nuevo',
    which: '¿Qué número muestra tu otra pantalla?',
    onlyIf: '{product} quiere conectar una cuenta tuya. Sigue solo si tienes delante la otra pantalla.',
    none: 'Ninguno de estos',
  },

  inApp: {
    named: 'Estás dentro de {browser}, donde quizá no funcione iniciar sesión en {app}.',
    unnamed: 'Estás dentro de otra aplicación, donde quizá no funcione iniciar sesión en {app}.',
    advice: 'Es mejor abrir esta página en tu propio navegador.',
    open: 'Abrir en mi navegador',
    copy: 'Copiar la dirección',
    copied: 'Copiada. Pégala en tu navegador.',
  },

  failure: {
    developer: 'Para el desarrollador',
    newLink: 'Obtener un enlace nuevo',
    again: 'Intentarlo otra vez',
  },

  errors,

  offline: {
    title: 'Parece que no tienes conexión',
    cause: 'No se puede contactar con el servidor.',
    nextStep: 'Comprueba tu conexión e inténtalo otra vez.',
  },
}
