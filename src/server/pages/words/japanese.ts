import { html } from '../html.ts'
import type { Words } from './english.ts'

const nothing = 'あなたについての情報は何も渡していません。'
const notYours = 'あなたのせいではなく、やり直しても変わりません。'

export const japanese: Words = {
  lang: 'ja',
  dir: 'ltr',
  skip: '本文へ移動',
  help: 'ヘルプ',
  privacy: 'プライバシー',
  terms: '利用条件',
  signOut: 'サインアウト',
  errorTitle: (title) => `エラー: ${title}`,
  keptBy: (host) => `${host}（Vouchsafe が管理）`,

  login: {
    title: 'サインイン',
    again: 'もう一度サインイン',
    with: (product) => `${product} のアカウントで`,
    againFor: (app) => html`${app} が、あなた本人であることをもう一度示すよう求めています`,
    errand: (app, host) => html`その後、<span class="host">${host}</span> の <b>${app}</b> へ進みます`,
    errandHere: (app) => html`その後、この端末の <b>${app}</b> へ進みます`,
    email: 'メールアドレス',
    password: 'パスワード',
    submit: 'サインイン',
    or: 'または',
    goOnAs: (name) => html`${name} として続ける`,
    other: '別のアカウントを使う',
    wrong: 'メールアドレスとパスワードが一致しません',
    check: '両方を確かめてください。',
    left: (tries) => `あと ${tries} 回間違えると、15 分間の休止になります。`,
    paused: '試行回数が多すぎます',
    pausedText: (minutes) =>
      `サインインは ${minutes} 分間休止しています。アカウントに問題はありません。それまでは正しいパスワードでも入れません。`,
  },

  consent: {
    title: (app) => `${app} がアクセスを求めています`,
    heading: (app, product) => html`${app} が、あなたの ${product.replaceAll(' ', '\u00A0')} アカウントの利用を求めています`,
    reviewed: '審査済み',
    reviewedText: (product) => `${product} がこのアプリを審査しました。`,
    unverified: '発行元は未確認です',
    unverifiedText: (app, product) =>
      html`${app} を誰が運営しているか、${product} では誰も確かめていません。知っている相手の場合だけ進んでください。`,
    here: '答えはこのコンピューターにとどまります',
    hereText: (app, host) =>
      html`答えは、ここで動いているプログラム <span class="host">${host}</span> に渡ります。どのプログラムかは分かりません。たった今 <b>あなた自身が</b> ${app} を起動した場合だけ進んでください。`,
    sentTo: '答えの送り先',
    papers: '相手の文書',
    policy: 'プライバシーポリシー',
    and: 'と',
    tos: '利用規約',
    tosAlone: '利用規約',
    ownSite: (papers) => html`${papers}（相手のサイト）`,
    signedInAs: 'サインイン中のアカウント',
    switchAccount: '、アカウントを切り替える',
    other: '別のアカウントを使う',
    what: (app) => html`${app} ができるようになること`,
    whatMixed: '「必須」は、アプリが動くために欠かせないものです。ほかはあなたが選べ、はじめはオフです。',
    whatRequired: 'すべて、アプリが動くために欠かせないものです。',
    whatOptional: 'すべてあなたが選べ、はじめはオフです。',
    whatUnreviewed: (app) => html`${app} は誰も審査していないため、必須のものはなく、すべてはじめはオフです。`,
    whatNothing: (app) => html`${app} は、あなたが戻ったときに、あなたを表す番号で見分けられるようになります。ほかには何も知りません。`,
    levels: {
      1: { title: 'あなたについて', note: '低い' },
      2: { title: 'あなたのものを見る', note: '私的' },
      3: { title: 'あなたの名で行う', note: 'よく考えて' },
    },
    required: '必須',
    claims: 'あなたについての次の情報を知る',
    nothingOn: '何もオンになっていません',
    nothingOnText: (app) => html`${app} に許すことをオンにするか、拒否してください。`,
    where: '場所',
    already: (app) => html`${app} がすでにできること`,
    alreadyText: '期間についての答えは、これにも当てはまります。',
    howLong: '期間',
    once: '今回だけ',
    onceNote: '1 時間で終わります',
    month: '30 日間',
    monthNote: (day) => `${day}まで`,
    revoked: '取り消すまで',
    revokedNote: (days) => `${days} 日使われないと終わります`,
    offline: 'あなたがいない間もアクセスは続きます。',
    willNot: (app) => html`${app} が受け取らないもの`,
    willNotText: 'パスワードと、このページにないものすべてです。後でさらに求められることがあり、そのときはこのようなページが表示されます。',
    next: (app, host, apps) =>
      html`許可すると <b>${host}</b> に戻ります。これは <a href="${apps}">連携アプリ</a> に載り、そこで終わらせることができます。拒否すると、${app} にはそのことだけが伝わります。`,
    nextHere: (app, apps) =>
      html`許可すると ${app} に戻ります。これは <a href="${apps}">連携アプリ</a> に載り、そこで終わらせることができます。拒否すると、${app} にはそのことだけが伝わります。`,
    deny: '拒否',
    allow: '許可',
  },

  account: {
    nav: 'あなたのアカウント',
    rooms: { profile: 'プロフィール', security: 'サインインとセキュリティ', apps: '連携アプリ', receipts: '控え', devices: 'デバイス' },
  },

  apps: {
    count: (apps) => `${apps} 個のアプリがあなたのアカウントを利用できます。`,
    list: 'アプリ',
    none: 'アプリはまだありません',
    noneText: 'アプリにアカウントの利用を許可すると、ここに載り、ここで終わらせることができます。',
    reviewed: '審査済み',
    notReviewed: '未審査',
    stopped: '停止中',
    itMay: 'できること:',
    recognise: 'あなたを見分ける',
    sentTo: '答えの送り先',
    since: '許可した日',
    until: '終わり',
    untilRevoked: '取り消したとき',
    where: '場所',
    revoke: '取り消す',
    revokeText: (app) => html`${app} はただちにアクセスを失い、もう一度求めなければなりません。すでにコピーしたものは相手に残ります。`,
    revokeOne: (app) => html`${app} を取り消す`,
    revoked: (app) => html`${app} を取り消しました`,
    revokedText: 'これ以上は何も渡しません。もう一度求められることがあり、そのときは質問が表示されます。',
  },

  logout: {
    title: 'サインアウト',
    heading: (product) => `${product} からサインアウトしますか`,
    asked: (app, email) => html`<b>${app}</b> が ${email} について求めています。`,
    you: (email) => html`${email} としてサインインしています。連携アプリはそのまま動きます。`,
    afterwards: (host) => html`その後、<span class="host" id="logout-redirect-host">${host}</span> へ移動します。`,
    stay: 'サインインしたままにする',
    confirm: 'サインアウト',
    doneTitle: 'サインアウトしました',
    done: 'サインアウトしました',
    doneText:
      'このブラウザーでのことです。開いているアプリは、まだあなたを覚えているかもしれません。ほかの人もこのコンピューターを使うなら、そちらでもサインアウトしてください。',
    again: 'もう一度サインイン',
  },

  home: {
    title: 'あなたのアカウント',
    heading: (product) => `${product} のアカウント`,
    text: (product) => `ここで ${product} にサインインし、どのアプリにアカウントの利用を許すかを決めます。`,
    signIn: 'サインイン',
    apps: '連携アプリ',
  },

  error: {
    stopped: '中止',
    ours: '当方の不具合',
    busy: '混雑',
    anApp: 'あるアプリ',
    theApp: 'アプリ',
    home: (product) => `${product} へ`,
    retry: 'もう一度試す',
    reference: '照会番号',
    time: '時刻',
    code: 'エラーの名前',
    developer: '開発者に伝えること',
    quote: (sentence, reference) =>
      html`「<span lang="en" dir="ltr">${sentence}</span> 照会番号 <span class="nowrap">${reference}</span>」`,
    wait: (minutes) => `${minutes} 分後には、安全にもう一度試せます。`,
  },

  reasons: {
    unknown_client: {
      title: () => html`知らないアプリから送られてきました`,
      text: () => html`このアプリは登録されていないか、取り除かれました。${nothing}${notYours}`,
    },
    unknown_redirect: {
      title: (app) => html`${app} が、知らない宛先を指定しました`,
      text: (app) => html`答えが ${app} に届くと確信できないため、中止しました。${nothing}${notYours}`,
    },
    ended: {
      title: () => html`この要求は終わっています`,
      text: (app) =>
        html`待ち時間が長すぎたか、すでに答えられています。今回は、あなたについての情報を何も渡していません。${app} に戻り、そこからやり直してください。`,
    },
    not_found: {
      title: () => html`この場所にページはありません`,
      text: () => html`ここに来たときのリンクが間違っているか、古くなっています。${nothing}`,
    },
    too_many: {
      title: () => html`回数が多すぎます`,
      text: () =>
        html`アカウントを守り、サービスを保つため、しばらく止めています。何も変更せず、あなたについての情報も何も渡していません。`,
    },
    no_cookies: {
      title: () => html`ブラウザーがこのページの Cookie を保存していません`,
      text: (app) =>
        html`Cookie がないと、ほかのブラウザーと見分けられないため、中止しました。${nothing}この場所の Cookie を許可してから、${app} でやり直してください。`,
    },
    foreign_form: {
      title: () => html`このフォームは当方のページから送られたものではありません`,
      text: () =>
        html`別のサイトがあなたの代わりに答えようとしたかもしれないため、中止しました。何も変更せず、あなたについての情報も何も渡していません。ページを開き直して、そこで答えてください。`,
    },
    moving: {
      title: () => html`別の機械へ移っているところです`,
      text: () =>
        html`数分の間、ここでは何も変更できません。答えは保存されず、あなたについての情報も何も渡していません。以前に許可したことはそのままです。`,
    },
    handover: {
      title: () => html`サインインの情報が届きませんでした`,
      text: () =>
        html`サインイン先のサービスから、あなたが誰であるかが時間内に、または確かな形で伝わりませんでした。ここではサインインしておらず、あなたについての情報は何も渡していません。始めたところに戻り、もう一度試してください。`,
    },
  },

  codes: {
    server_error: {
      title: () => html`当方で不具合が起きました`,
      text: () => html`答えは保存されなかったかもしれませんが、何も渡していません。起きたことは記録してあります。`,
    },
    temporarily_unavailable: {
      title: () => html`今はとても混み合っています`,
      text: () => html`答えは保存されず、何も渡していません。`,
    },
    access_denied: {
      title: () => html`アクセスは拒否されました`,
      text: () => html`${nothing}`,
    },
  },

  unreadable: {
    title: (app) => html`${app} が、読み取れない要求を送ってきました`,
    text: () => html`何を求めているのか分からないため、中止しました。${nothing}${notYours}`,
  },
}
