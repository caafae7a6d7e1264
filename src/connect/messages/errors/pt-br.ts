/** Owns how each failure reads in Brazilian Portuguese. */
import type { Messages } from '../en.ts'

export const errors: Messages['errors'] = {
  token_missing: {
    title: 'Esta página precisa de um link',
    cause: 'A página foi aberta sem o link que pertence a ela.',
    nextStep: 'Volte para onde você estava e comece de novo.',
  },
  token_invalid: {
    title: 'Este link não é válido',
    cause: 'O link expirou ou não foi copiado por inteiro.',
    nextStep: 'Volte para onde você estava e comece de novo.',
  },
  token_expired: {
    title: 'Este link expirou',
    cause: 'Um link vale por tempo limitado, e esse tempo acabou.',
    nextStep: 'Volte para onde você estava e comece de novo.',
  },
  token_used: {
    title: 'Este link já foi usado',
    cause: 'Uma conta já foi conectada com este link. Um link funciona uma vez só.',
    nextStep: 'Se quiser conectar outra conta, volte para onde você estava e comece de novo.',
  },
  parameter_invalid: {
    title: 'Não é possível ler este link',
    cause: 'Algo no endereço ou no formulário está faltando, é longo demais ou aparece duas vezes.',
    nextStep: 'Volte para onde você estava e comece de novo.',
  },
  app_unknown: {
    title: 'Este aplicativo não é conhecido aqui',
    cause: 'O link indica um aplicativo que este servidor não tem.',
    nextStep: 'Avise quem enviou o link para você.',
  },
  app_mismatch: {
    title: 'Este link é para outra coisa',
    cause: 'O link foi criado para um aplicativo diferente do que ele pede.',
    nextStep: 'Volte para onde você estava e comece de novo.',
  },
  app_not_connectable: {
    title: 'Este aplicativo não pode ser conectado aqui',
    cause: 'O aplicativo não precisa de conta, ou usa uma forma de login que este servidor não tem.',
    nextStep: 'Avise quem enviou o link para você.',
  },
  keys_not_accepted: {
    title: 'Este aplicativo é conectado por login',
    cause: 'As contas deste aplicativo não são conectadas com chaves.',
    nextStep: 'Volte para onde você estava e comece de novo.',
  },
  oauth_app_unknown: {
    title: 'Este aplicativo não está configurado',
    cause: 'O link indica um app OAuth que este projeto não tem para este aplicativo.',
    nextStep: 'Avise quem enviou o link para você.',
  },
  app_override_unknown: {
    title: 'Este aplicativo não está configurado',
    cause: 'O link indica configurações que este projeto não tem para este aplicativo.',
    nextStep: 'Avise quem enviou o link para você.',
  },
  oauth_app_missing: {
    title: 'Este aplicativo ainda não está configurado',
    cause: 'Ninguém registrou um app OAuth para ele neste projeto.',
    nextStep: 'Avise quem enviou o link para você.',
  },
  account_unknown: {
    title: 'Esta conta não é conhecida',
    cause: 'A conta a ser reconectada não existe, ou não é deste aplicativo e desta pessoa.',
    nextStep: 'Avise quem enviou o link para você.',
  },
  field_invalid: {
    title: 'Alguns campos precisam de atenção',
    cause: 'Pelo menos um campo está faltando ou não tem a forma correta.',
    nextStep: 'Corrija os campos marcados. Nada foi guardado.',
  },
  keys_refused: {
    title: 'As chaves foram recusadas',
    cause: 'O provedor não aceitou o que foi digitado.',
    nextStep: 'Confira cada valor e se a chave ainda está em vigor. Nada foi guardado.',
  },
  origin_refused: {
    title: 'Este pedido veio de outro lugar',
    cause: 'O formulário não foi enviado desta página, ou a página foi aberta em outro endereço.',
    nextStep: 'Volte para onde você estava e comece de novo.',
  },
  attempt_unknown: {
    title: 'Não há nada aqui',
    cause: 'Esta etapa não existe ou expirou.',
    nextStep: 'Volte para onde você estava e comece de novo.',
  },
  attempt_expired: {
    title: 'Demorou demais',
    cause: 'O login precisa ser concluído em dez minutos.',
    nextStep: 'Nada foi guardado. Volte e tente de novo.',
  },
  attempt_taken: {
    title: 'Já aberto em outro lugar',
    cause: 'O login começou em outro navegador e só pode ser concluído lá.',
    nextStep: 'Volte para onde você estava e comece de novo.',
  },
  state_invalid: {
    title: 'Esta etapa já foi feita ou nunca começou',
    cause: 'A resposta do provedor não pertence a nenhum login em andamento aqui.',
    nextStep: 'Volte para onde você estava e comece de novo.',
  },
  wrong_browser: {
    title: 'Este é outro navegador',
    cause: 'O login começou em outro navegador, ou este não guardou o cookie necessário.',
    nextStep: 'Conclua no navegador em que você começou, ou permita cookies neste site e comece de novo.',
  },
  code_invalid: {
    title: 'Não é possível ler a resposta do provedor',
    cause: 'O provedor enviou um código que não pode ser um código.',
    nextStep: 'Nada foi guardado. Volte e tente de novo.',
  },
  user_refused: {
    title: 'Conta não conectada',
    cause: 'O acesso foi recusado no provedor.',
    nextStep: 'Nada foi guardado. Volte e tente de novo.',
  },
  provider_error: {
    title: 'O provedor informou um erro',
    cause: 'O provedor encerrou o login com um erro.',
    nextStep: 'Nada foi guardado. Volte e tente de novo.',
  },
  provider_mismatch: {
    title: 'A resposta veio de outro lugar',
    cause: 'A resposta não vem do provedor em que o login começou, por isso não foi usada.',
    nextStep: 'Nada foi guardado. Volte e tente de novo.',
  },
  client_refused: {
    title: 'Este aplicativo não está configurado corretamente',
    cause: 'O provedor não aceita o registro com o qual o acesso foi pedido.',
    nextStep: 'Avise quem enviou o link para você.',
  },
  provider_unreachable: {
    title: 'Não é possível falar com o provedor',
    cause: 'O provedor não respondeu, ou disse que não pode responder agora.',
    nextStep: 'Tente de novo em alguns minutos. Nada foi guardado.',
  },
  exchange_failed: {
    title: 'O provedor não deu acesso',
    cause: 'O provedor não aceitou o próprio código, ou deu uma resposta que não pode ser usada.',
    nextStep: 'Nada foi guardado. Volte e tente de novo.',
  },
  scopes_missing: {
    title: 'Faltam algumas permissões',
    cause: 'Nem tudo o que foi pedido foi permitido, e tudo é necessário.',
    nextStep: 'Volte, tente de novo e deixe todas as permissões marcadas. Nada foi guardado.',
  },
  nothing_to_choose: {
    title: 'Não há nada para conectar',
    cause: 'Você entrou, mas a conta não tem nada neste provedor que possa ser conectado.',
    nextStep: 'Entre com outra conta, ou fale com quem administra a sua. Nada foi guardado.',
  },
  lookup_refused: {
    title: 'O provedor não disse o que existe',
    cause: 'O acesso concedido não basta para concluir a conexão.',
    nextStep: 'Volte, tente de novo e deixe todas as permissões marcadas. Nada foi guardado.',
  },
  install_restart: {
    title: 'Comece por aqui',
    cause:
      'Você veio do provedor, e esta página não consegue saber para quem a conta deve ser conectada. Nada foi guardado.',
    nextStep: 'Vá ao produto em que quer usá-la e conecte a conta a partir de lá.',
  },
  other_identity: {
    title: 'Esta é outra conta',
    cause: 'O que foi informado pertence a uma conta diferente da que estava conectada. Nada foi salvo.',
    nextStep: 'Volte e use a conta que estava conectada antes.',
  },
  choice_invalid: {
    title: 'Nada foi escolhido',
    cause: 'A resposta não é nenhuma das que foram oferecidas.',
    nextStep: 'Volte e escolha de novo.',
  },
  verification_refused: {
    title: 'Não confirmado',
    cause:
      'O produto em que você quer usar a conta não reconhece você como a pessoa para quem ela é conectada.',
    nextStep: 'Nada foi salvo. Vá até esse produto, entre com o seu próprio usuário e comece de novo.',
  },
  handover_unknown: {
    title: 'Este código não vale mais',
    cause: 'Ele vale uma única vez, por dez minutos e só com o número certo.',
    nextStep: 'Volte à sua outra tela e crie um novo código.',
  },
  handover_mismatch: {
    title: 'Os números não são iguais',
    cause: 'O número escolhido não é o da outra tela. Por segurança, o código foi anulado.',
    nextStep:
      'Se a outra tela é sua, crie um novo código nela. Se alguém enviou isto a você, feche a página.',
  },
  too_many_tries: {
    title: 'Tentativas demais',
    cause: 'Houve tentativas demais com este link.',
    nextStep: 'Espere um minuto e tente de novo.',
  },
  unavailable: {
    title: 'Voltamos já',
    cause: 'Este servidor não consegue fazer isso agora.',
    nextStep: 'Tente de novo daqui a pouco.',
  },
  unexpected: {
    title: 'Algo deu errado aqui',
    cause: 'Este servidor cometeu um erro. Ele foi registrado.',
    nextStep: 'Nada foi guardado. Volte e tente de novo.',
  },
}
