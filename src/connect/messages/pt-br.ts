/** Owns every text of the Connect page in Brazilian Portuguese. */
import type { Messages } from './en.ts'
import { errors } from './errors/pt-br.ts'

export const ptBR: Messages = {
  code: 'pt-BR',
  direction: 'ltr',

  common: {
    connectYour: 'Conecte sua conta do {app}',
    reconnectYour: 'Reconecte sua conta do {app}',
    asks: '{product} quer conectar sua conta do {app}.',
    asksAgain: '{product} quer conectar sua conta do {app} mais uma vez.',
    continueTo: 'Continuar para {app}',
    continue: 'Continuar',
    cancel: 'Cancelar',
    connectingFor: 'Conexão para {user}',
    development: 'Desenvolvimento',
    questions: 'Dúvidas? Escreva para {address}',
    code: 'Código: {code}',
    preview: 'Conecte sua conta',
  },

  appList: {
    title: 'O que você quer conectar?',
    asks: '{product} quer usar uma das suas contas. Escolha um aplicativo.',
    search: 'Buscar aplicativos',
    find: 'Buscar',
    nothingFound: 'Nenhum aplicativo com esse nome pode ser conectado aqui.',
    showAll: 'Mostrar todos os aplicativos',
    none: 'Nenhum aplicativo foi configurado ainda.',
  },

  signIn: {
    expected: 'A conta conectada era {account}. Entre com a mesma conta.',
    heading: 'O que isso significa',
    password: 'Você entra no {app}. {product} nunca vê sua senha.',
    identity: '{product} fica sabendo quem você é no {app}: seu nome e seu e-mail.',
    access:
      '{product} pode ver e fazer no {app} o que você permitir lá, mesmo quando você não estiver presente.',
    until: 'Isso vale até que você ou {product} desconecte a conta.',
    permissions: 'Permissões em detalhe ({count})',
    allNeeded: '{product} precisa de todas.',
    someOptional: 'No {app} você pode deixar algumas de fora.',
    fieldsFirst: '{app} precisa primeiro destes dados:',
  },

  ownClient: {
    intro: 'Você usa um cliente OAuth próprio. Registre para ele este endereço de retorno no {app}:',
    id: 'ID do cliente',
    secret: 'Segredo do cliente',
  },

  keys: {
    expected: 'A conta conectada era {account}. Use as chaves da mesma conta.',
    heading: 'O que isso significa',
    stored: 'O que você digita é testado no {app} e depois guardado criptografado.',
    access: '{product} pode fazer no {app} tudo o que essas chaves permitem.',
    until: 'Isso vale até que você ou {product} desconecte a conta.',
    connect: 'Conectar',
    trying: 'Testando as chaves no {app} …',
  },

  fields: {
    optional: '(opcional)',
    choose: 'Escolha uma opção',
    show: 'Mostrar',
    hide: 'Ocultar',
    paste: 'Colar',
    pasteFailed: 'O navegador não permite colar com um botão. Cole diretamente no campo.',
  },

  faults: {
    missing: 'Preencha este campo.',
    too_long: 'Isto tem mais de {count} caracteres.',
    characters: 'Isto contém caracteres que não podem ser usados.',
    option: 'Escolha uma das opções.',
    form: 'Isto não tem a forma correta.',
    unknown: 'Este campo não existe neste aplicativo.',
  },

  waiting: {
    opened: 'Termine de entrar no {app} na janela que se abriu.',
    blocked: 'Termine de entrar no {app} na nova janela. Se nenhuma se abriu, abra aqui:',
    again: 'Abrir a janela de novo',
    open: 'Abrir a janela de login',
    restart: 'Começar de novo',
  },

  confirmation: {
    onlyIf: 'Continue somente se você acabou de pedir isto.',
  },

  finishing: {
    title: 'Um momento',
    text: 'Sua conta do {app} está sendo conectada a {product}. Esta página continua sozinha.',
  },

  connected: {
    title: 'Conta conectada',
    done: 'Sua conta do {app} agora está conectada a {product}.',
    doneAs: 'Sua conta {account} do {app} agora está conectada a {product}.',
    unchecked: '{app} não diz de quem é a conta; por isso ninguém pôde verificar se é a mesma de antes.',
    close: 'Você pode fechar esta janela.',
  },

  choice: {
    which: 'Qual deles?',
    several: 'O acesso ao {app} abre vários. Escolha o que {product} pode usar.',
    another: 'Esta é outra conta',
    differs: 'Você entrou no {app} com uma conta diferente da que estava conectada.',
    before: 'Conectada até agora: {account}',
    now: 'Acesso feito agora: {account}',
    again: 'Entrar de novo',
    againHint: 'Se {app} não perguntar quem você é, saia de lá primeiro.',
    separate: 'Conectar como conta separada',
    separateHint: 'A conta conectada até agora continua como está.',
    replace: 'Substituir a conta',
    replaceHint: '{product} usará a nova conta em tudo em que usava a outra até agora.',
    keysDiffer: 'As chaves que você digitou são de outra conta do {app}, e não da que estava conectada.',
    keysNow: 'Chaves digitadas agora: {account}',
    keysAgain: 'Digitar outras chaves',
    keysAgainHint: 'O formulário abre de novo.',
  },

  verification: {
    title: 'Mais um passo',
    confirms: '{product} precisa confirmar que é você quem conecta esta conta.',
    continueAt: 'Continuar em {product}',
  },

  handover: {
    offer: 'Continuar em outro aparelho',
    scan: 'Leia este código com o outro aparelho.',
    picture: 'Código QR com o endereço para o outro aparelho',
    number: 'Lá, escolha este número:',
    waiting: 'Esta página continua sozinha quando você terminar lá. O código vale uma vez, por dez minutos.',
    opened: 'Continue no seu outro aparelho. Esta página continua sozinha quando você terminar lá.',
    renew: 'Novo código',
    which: 'Que número a sua outra tela mostra?',
    onlyIf: '{product} quer conectar uma conta sua. Continue só se a outra tela estiver na sua frente.',
    none: 'Nenhum destes',
  },

  inApp: {
    named: 'Você está dentro do {browser}, onde o login no {app} pode não funcionar.',
    unnamed: 'Você está dentro de outro aplicativo, onde o login no {app} pode não funcionar.',
    advice: 'É melhor abrir esta página no seu próprio navegador.',
    open: 'Abrir no meu navegador',
    copy: 'Copiar o endereço',
    copied: 'Copiado. Cole no seu navegador.',
  },

  failure: {
    developer: 'Para o desenvolvedor',
    newLink: 'Obter um novo link',
    again: 'Tentar de novo',
  },

  errors,

  offline: {
    title: 'Parece que você está sem conexão',
    cause: 'Não é possível falar com o servidor.',
    nextStep: 'Verifique sua conexão e tente de novo.',
  },
}
