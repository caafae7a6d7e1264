/** Owns how each failure reads in Spanish. */
import type { Messages } from '../en.ts'

export const errors: Messages['errors'] = {
  token_missing: {
    title: 'Esta página necesita un enlace',
    cause: 'La página se ha abierto sin su enlace.',
    nextStep: 'Vuelve al lugar de donde venías y empieza de nuevo.',
  },
  token_invalid: {
    title: 'Este enlace no es válido',
    cause: 'El enlace ha caducado o no se ha copiado entero.',
    nextStep: 'Vuelve al lugar de donde venías y empieza de nuevo.',
  },
  token_expired: {
    title: 'Este enlace ha caducado',
    cause: 'Un enlace vale durante un tiempo limitado, y ese tiempo ha pasado.',
    nextStep: 'Vuelve al lugar del que vienes y empieza de nuevo.',
  },
  token_used: {
    title: 'Este enlace ya se ha usado',
    cause: 'Con este enlace ya se ha conectado una cuenta. Un enlace sirve una sola vez.',
    nextStep: 'Si quieres conectar otra cuenta, vuelve al lugar de donde venías y empieza de nuevo.',
  },
  parameter_invalid: {
    title: 'Este enlace no se puede leer',
    cause: 'En la dirección o en el formulario falta algo, es demasiado largo o está repetido.',
    nextStep: 'Vuelve al lugar de donde venías y empieza de nuevo.',
  },
  app_unknown: {
    title: 'Aquí no se conoce esta aplicación',
    cause: 'El enlace nombra una aplicación que este servidor no tiene.',
    nextStep: 'Díselo a quien te dio el enlace.',
  },
  app_mismatch: {
    title: 'Este enlace es para otra cosa',
    cause: 'El enlace se creó para una aplicación distinta de la que pide.',
    nextStep: 'Vuelve al lugar de donde venías y empieza de nuevo.',
  },
  app_not_connectable: {
    title: 'Esta aplicación no se puede conectar aquí',
    cause: 'La aplicación no necesita cuenta, o inicia sesión de una forma que este servidor no tiene.',
    nextStep: 'Díselo a quien te dio el enlace.',
  },
  keys_not_accepted: {
    title: 'Esta aplicación se conecta iniciando sesión',
    cause: 'Las cuentas de esta aplicación no se conectan con claves.',
    nextStep: 'Vuelve al lugar de donde venías y empieza de nuevo.',
  },
  oauth_app_unknown: {
    title: 'Esta aplicación no está configurada',
    cause: 'El enlace nombra una aplicación OAuth que este proyecto no tiene para esta aplicación.',
    nextStep: 'Díselo a quien te dio el enlace.',
  },
  app_override_unknown: {
    title: 'Esta aplicación no está configurada',
    cause: 'El enlace nombra unos ajustes que este proyecto no tiene para esta aplicación.',
    nextStep: 'Díselo a quien te dio el enlace.',
  },
  oauth_app_missing: {
    title: 'Esta aplicación todavía no está configurada',
    cause: 'Nadie ha registrado una aplicación OAuth para ella en este proyecto.',
    nextStep: 'Díselo a quien te dio el enlace.',
  },
  account_unknown: {
    title: 'No se conoce esta cuenta',
    cause: 'La cuenta que se quiere volver a conectar no existe, o no es de esta aplicación y persona.',
    nextStep: 'Díselo a quien te dio el enlace.',
  },
  field_invalid: {
    title: 'Revisa algunos campos',
    cause: 'Al menos un campo falta o no tiene la forma correcta.',
    nextStep: 'Corrige los campos marcados. No se ha guardado nada.',
  },
  keys_refused: {
    title: 'Las claves se han rechazado',
    cause: 'El proveedor no ha aceptado lo que se ha escrito.',
    nextStep: 'Comprueba cada valor y que la clave siga vigente. No se ha guardado nada.',
  },
  origin_refused: {
    title: 'Esta petición viene de otro sitio',
    cause: 'El formulario no se ha enviado desde esta página, o la página se abrió en otra dirección.',
    nextStep: 'Vuelve al lugar de donde venías y empieza de nuevo.',
  },
  attempt_unknown: {
    title: 'Aquí no hay nada',
    cause: 'Este paso no existe o ha caducado.',
    nextStep: 'Vuelve al lugar de donde venías y empieza de nuevo.',
  },
  attempt_expired: {
    title: 'Ha tardado demasiado',
    cause: 'El inicio de sesión debe terminarse en diez minutos.',
    nextStep: 'No se ha guardado nada. Vuelve atrás e inténtalo otra vez.',
  },
  attempt_taken: {
    title: 'Ya está abierto en otro sitio',
    cause: 'El inicio de sesión empezó en otro navegador y solo puede terminarse allí.',
    nextStep: 'Vuelve al lugar de donde venías y empieza de nuevo.',
  },
  state_invalid: {
    title: 'Este paso ya se ha hecho o nunca empezó',
    cause: 'La respuesta del proveedor no corresponde a ningún inicio de sesión en curso aquí.',
    nextStep: 'Vuelve al lugar de donde venías y empieza de nuevo.',
  },
  wrong_browser: {
    title: 'Este es otro navegador',
    cause: 'El inicio de sesión empezó en otro navegador, o este no ha guardado la cookie necesaria.',
    nextStep:
      'Termina en el navegador en el que empezaste, o permite las cookies de este sitio y empieza de nuevo.',
  },
  code_invalid: {
    title: 'La respuesta del proveedor no se puede leer',
    cause: 'El proveedor ha enviado un código que no puede serlo.',
    nextStep: 'No se ha guardado nada. Vuelve atrás e inténtalo otra vez.',
  },
  user_refused: {
    title: 'Cuenta no conectada',
    cause: 'El acceso se ha rechazado en el proveedor.',
    nextStep: 'No se ha guardado nada. Vuelve atrás e inténtalo otra vez.',
  },
  provider_error: {
    title: 'El proveedor ha dado un error',
    cause: 'El proveedor ha terminado el inicio de sesión con un error.',
    nextStep: 'No se ha guardado nada. Vuelve atrás e inténtalo otra vez.',
  },
  provider_mismatch: {
    title: 'La respuesta viene de otro sitio',
    cause:
      'La respuesta no viene del proveedor en el que empezó el inicio de sesión, así que no se ha usado.',
    nextStep: 'No se ha guardado nada. Vuelve atrás e inténtalo otra vez.',
  },
  client_refused: {
    title: 'Esta aplicación no está bien configurada',
    cause: 'El proveedor no acepta el registro con el que se pidió el acceso.',
    nextStep: 'Díselo a quien te dio el enlace.',
  },
  provider_unreachable: {
    title: 'No se puede contactar con el proveedor',
    cause: 'El proveedor no ha respondido, o ha dicho que ahora no puede responder.',
    nextStep: 'Inténtalo otra vez dentro de unos minutos. No se ha guardado nada.',
  },
  exchange_failed: {
    title: 'El proveedor no ha dado acceso',
    cause: 'El proveedor no ha aceptado su propio código, o ha dado una respuesta que no sirve.',
    nextStep: 'No se ha guardado nada. Vuelve atrás e inténtalo otra vez.',
  },
  scopes_missing: {
    title: 'Faltan algunos permisos',
    cause: 'No se ha permitido todo lo que se pedía, y todo hace falta.',
    nextStep: 'Vuelve atrás, inténtalo otra vez y deja marcados todos los permisos. No se ha guardado nada.',
  },
  nothing_to_choose: {
    title: 'No hay nada que conectar',
    cause: 'Has iniciado sesión, pero la cuenta no tiene en este proveedor nada que se pueda conectar.',
    nextStep: 'Inicia sesión con otra cuenta, o pregunta a quien administra la tuya. No se ha guardado nada.',
  },
  lookup_refused: {
    title: 'El proveedor no ha dicho qué hay',
    cause: 'El acceso concedido no basta para terminar de conectar.',
    nextStep: 'Vuelve atrás, inténtalo otra vez y deja marcados todos los permisos. No se ha guardado nada.',
  },
  install_restart: {
    title: 'Empieza aquí',
    cause:
      'Vienes del proveedor, y esta página no puede saber para quién se conecta la cuenta. No se ha guardado nada.',
    nextStep: 'Ve al producto en el que la quieres usar y conecta la cuenta desde allí.',
  },
  other_identity: {
    title: 'Esta es otra cuenta',
    cause:
      'Lo introducido pertenece a una cuenta distinta de la que estaba conectada. No se ha guardado nada.',
    nextStep: 'Vuelve atrás y usa la cuenta que estaba conectada antes.',
  },
  choice_invalid: {
    title: 'No se ha elegido nada',
    cause: 'La respuesta no es ninguna de las que se ofrecían.',
    nextStep: 'Vuelve atrás y elige de nuevo.',
  },
  verification_refused: {
    title: 'Sin confirmar',
    cause:
      'El producto en el que quieres usar la cuenta no te reconoce como la persona para la que se conecta.',
    nextStep:
      'No se ha guardado nada. Ve a ese producto, inicia sesión con tu propio usuario y empieza de nuevo.',
  },
  handover_unknown: {
    title: 'Este código ya no vale',
    cause: 'Vale una sola vez, durante diez minutos y solo con el número correcto.',
    nextStep: 'Vuelve a tu otra pantalla y crea un código nuevo.',
  },
  handover_mismatch: {
    title: 'No son los mismos números',
    cause: 'El número elegido no es el de la otra pantalla. Por seguridad, el código queda anulado.',
    nextStep:
      'Si la otra pantalla es tuya, crea allí un código nuevo. Si alguien te ha enviado esto, cierra la página.',
  },
  too_many_tries: {
    title: 'Demasiados intentos',
    cause: 'Ha habido demasiados intentos con este enlace.',
    nextStep: 'Espera un minuto e inténtalo otra vez.',
  },
  unavailable: {
    title: 'Volvemos enseguida',
    cause: 'Este servidor no puede hacerlo ahora mismo.',
    nextStep: 'Inténtalo otra vez en un momento.',
  },
  unexpected: {
    title: 'Algo ha ido mal aquí',
    cause: 'Este servidor ha cometido un error. Ha quedado anotado.',
    nextStep: 'No se ha guardado nada. Vuelve atrás e inténtalo otra vez.',
  },
}
