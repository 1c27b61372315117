// A shop's bot made with Bottender, which is as npm has it: only the address of the Graph API is ours. It ends when its
// standard input does.
const {MessengerBot} = require('bottender');
const {createServer} = require('@bottender/express');

const {ORIGIN, TOKEN, SECRET, VERIFY} = process.env;
const bot = new MessengerBot({accessToken: TOKEN, appSecret: SECRET, verifyToken: VERIFY, origin: ORIGIN});

bot.onEvent(async (context) => {
  const {event} = context;
  if (event.isPostback && event.payload === 'GET_STARTED') {
    const profile = await context.getUserProfile().catch(() => ({})); // of a guest there is none
    const ref = event.postback.referral ? event.postback.referral.ref : 'nowhere';
    await context.typingOn();
    await context.sendText(`Hello ${profile.name || 'guest'}, you come from ${ref}. Which colour?`, {
      quickReplies: [
        {contentType: 'text', title: 'Red', payload: 'COLOUR_RED'},
        {contentType: 'text', title: 'Blue', payload: 'COLOUR_BLUE'},
      ],
    });
  } else if (event.isQuickReply) {
    await context.markSeen();
    await context.sendButtonTemplate(`${event.text} it is (${event.quickReply.payload}).`, [
      {type: 'postback', title: 'Order it', payload: 'ORDER'},
      {type: 'web_url', title: 'Our shop', url: 'https://shop.example/'},
    ]);
  } else if (event.isPostback && event.payload === 'ORDER') {
    await context.sendGenericTemplate([{
      title: 'Bicycle bell', subtitle: 'Ordered today',
      buttons: [{type: 'postback', title: 'Cancel it', payload: 'CANCEL'}],
    }]);
  } else if (event.isPostback) {
    await context.sendText(`Done: ${event.payload}`);
  } else if (event.isText) {
    await context.sendText(`You said: ${event.text}`);
  } else if (event.isMessage && event.message.attachments) {
    await context.sendText(`You sent: ${event.message.attachments[0].type}`);
  }
});

async function main() {
  await bot.connector.client.setMessengerProfile({
    getStarted: {payload: 'GET_STARTED'},
    greeting: [{locale: 'default', text: 'Welcome to the shop of Bottender'}],
  });
  await bot.connector.client.setPersistentMenu([{
    locale: 'default', composerInputDisabled: false,
    callToActions: [{type: 'postback', title: 'Opening hours', payload: 'HOURS'}],
  }]);
  const server = createServer(bot).listen(0, '127.0.0.1', () => console.log(`listening on ${server.address().port}`));
}

process.stdin.on('end', () => process.exit()).resume();
main().catch((error) => { console.error(error); process.exit(1); });
