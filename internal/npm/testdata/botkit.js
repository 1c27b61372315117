// The same shop's bot made with Botkit and its adapter, which are as npm has them: only the host of the Graph API is ours.
// It ends when its standard input does.
const {Botkit} = require('botkit');
const {FacebookAdapter, FacebookEventTypeMiddleware} = require('botbuilder-adapter-facebook');

const {HOST, TOKEN, SECRET, VERIFY} = process.env;
process.env.PORT = '0'; // whichever is free
const adapter = new FacebookAdapter({access_token: TOKEN, app_secret: SECRET, verify_token: VERIFY, api_host: HOST, api_version: 'v25.0'});
adapter.use(new FacebookEventTypeMiddleware());
const controller = new Botkit({adapter, webhook_uri: '/', disable_console: true});

controller.on('facebook_postback', async (bot, message) => {
  const {payload, referral} = message.postback;
  if (payload === 'GET_STARTED') {
    const profile = await bot.api.callAPI(`/${message.user}`, 'GET', {fields: 'name'}).catch(() => ({})); // of a guest there is none
    await bot.reply(message, {sender_action: 'typing_on'});
    await bot.reply(message, {
      text: `Hello ${profile.name || 'guest'}, you come from ${referral ? referral.ref : 'nowhere'}. Which colour?`,
      quick_replies: [{title: 'Red', payload: 'COLOUR_RED'}, {title: 'Blue', payload: 'COLOUR_BLUE'}],
    });
  } else if (payload === 'ORDER') {
    await bot.reply(message, {attachment: {type: 'template', payload: {template_type: 'generic', elements: [{
      title: 'Bicycle bell', subtitle: 'Ordered today',
      buttons: [{type: 'postback', title: 'Cancel it', payload: 'CANCEL'}],
    }]}}});
  } else {
    await bot.reply(message, `Done: ${payload}`);
  }
});

controller.on('message', async (bot, message) => {
  if (message.quick_reply) {
    await bot.reply(message, {attachment: {type: 'template', payload: {
      template_type: 'button', text: `${message.text} it is (${message.quick_reply.payload}).`,
      buttons: [
        {type: 'postback', title: 'Order it', payload: 'ORDER'},
        {type: 'web_url', title: 'Our shop', url: 'https://shop.example/'},
      ],
    }}});
  } else if (message.text) {
    await bot.reply(message, `You said: ${message.text}`);
  } else if (message.attachments) {
    await bot.reply(message, `You sent: ${message.attachments[0].type}`);
  }
});

controller.ready(async () => {
  const api = await adapter.getAPI({});
  await api.callAPI('/me/messenger_profile', 'POST', {
    get_started: {payload: 'GET_STARTED'},
    greeting: [{locale: 'default', text: 'Welcome to the shop of Botkit'}],
    persistent_menu: [{
      locale: 'default', composer_input_disabled: false,
      call_to_actions: [{type: 'postback', title: 'Opening hours', payload: 'HOURS'}],
    }],
  });
  const {http} = controller;
  const tell = () => console.log(`listening on ${http.address().port}`);
  if (http.listening) tell(); else http.once('listening', tell);
});

process.stdin.on('end', () => process.exit()).resume();
process.on('unhandledRejection', (error) => { console.error(error); process.exit(1); });
