// Package plugin is the chat plugin's own small platform: it keeps the visitors of a website and what was said, takes
// an agent's messages over the paths and in the shapes of Meta's Graph API, and tells every subscriber what visitors
// do by signed webhooks. A program written for the Messenger Platform works against it by changing a base address.
//
// # What it keeps
//
// Everything a visitor or an agent says is in plugin.db, on the disk, before it is answered. Each event for each
// subscriber is a row of the same file, written in the same transaction, and leaves it only when the subscriber has
// answered with a 2xx status or 36 hours have passed. An event is therefore delivered at least once, also across
// kill -9; a receiver tells repeats by the message's id. Within one conversation events go out one after the other in
// the order they happened; conversations do not wait for each other.
//
// What is sent as a file lies in a folder beside plugin.db, under names that nobody can guess, and is on the disk before
// it is answered as well. What the pages send and what visitors send have a bounded place each; when that is full, the
// oldest go. An address that a page gives for a picture is handed on as it is: nothing is fetched from it, unless the
// platform is asked to keep the file. Then it comes from public addresses only.
//
// # Paths
//
// For programs, with any version in front or none, as in Meta's Graph API: sending and uploads, the Messenger Profile,
// conversations and their messages, webhook subscriptions, control of conversations between apps, tokens, and batches;
// docs/guide/platform.md lists the calls. A token is a page's for one app, or an app's own. For visitors, JSON both ways,
// with the visitor's token as "Authorization: Bearer" where they have one:
//
//	POST /plugin/visitors   {page_id, ref, page_url, name}: a new visitor presses Get Started; answers {id, token,
//	                        logged_in, name}. With a token: the visitor is back; answers the same without one. With
//	                        customer {id, name, expires, signature}: one the website vouches for, on whatever device.
//	                        With ice_breaker {index, title, locale}: a new one who begins with this question instead.
//	POST /plugin/messages   {text}, {quick_reply: {mid, index}}, {quick_reply: {mid, index, value}} for one that asks for a
//	                        phone number or an e-mail address, {button: {mid, index}}, {button: {mid, card, index}}, or a
//	                        form whose part filedata is a picture or another file; answers the message. With a key, as in
//	                        {text, key}, the same key again is the same message: nothing is said twice. So below.
//	GET  /plugin/messages   ?after=N: {messages, after, typing, seen_at, reactions}. To ask after a place says that
//	                        everything up to it has arrived. An answer is bounded: ask on until one has no messages.
//	                        ?limit=N: the newest; ?before=N&limit=M: older ones, with before where there are more.
//	                        A message has text, quick_replies, buttons, cards (elements of a generic template; square
//	                        pictures or not), files ({kind, url, name, type, size}; a url that begins with a slash is
//	                        a path of this platform), reply_to and reaction.
//	POST /plugin/typing     {}: the visitor writes; answers {}.
//	POST /plugin/page       {page_url, title, ref, referrer}: the visitor is on another page; answers {}.
//	POST /plugin/seen       {mid}: read up to this message; answers {}.
//	GET  /plugin/profile    ?page_id=&locale=: {greeting, menu: [{type, title, url}], composer_input_disabled,
//	                        ice_breakers: [question]}, as the page has set them.
//	POST /plugin/menu       {index, title, locale}: taps a line of the menu that has this title; answers the message.
//	POST /plugin/ice_breakers  {index, title, locale}: asks one of the questions; answers the message.
//	GET  /plugin/files/...  a file: pictures, sound and film to be shown, all else to be saved.
//	GET  /plugin/events     the same as server-sent events: message (its id is its place) and state {typing, seen_at,
//	                        reactions}. It goes on after Last-Event-ID, or ?after=.
//	POST /plugin/arrived    {after}: everything up to that place has come in by events; answers {}.
//	GET  /plugin/embed      ?page_id=: {allowed, wrong, message}: may the website that asks embed the chat.
//
// For a page's own program, which sends the page's token in the same header:
//
//	GET  /plugin/watch           server-sent events: who is there, where, and types
//	GET  /plugin/contacts/ID     {id, name, began, online, last_seen, customer_id, blocked, trail, typing, page_url, title,
//	                             referrer, language}
//	POST /plugin/contacts/ID     {blocked}: take no words from this contact, or take them again
//	DELETE /plugin/contacts/ID   erase everything of it; answers {messages, files, events, remains}
//
// A refusal is {error: {field, message}}; one that says 429 has Retry-After.
//
// # Who may embed it
//
// A browser's call is taken from our own frame and from the websites that Domains lists, by its Origin. What one visitor
// does, and what comes from one address, has a bounded pace, and so has the memory for it.
//
// # Who may call
//
// Every method of Server is safe for concurrent use. Run delivers webhooks and returns when its context ends and its
// goroutines have; without it events wait in the file. Close ends what is left and releases the file.
//
// # What it never does
//
// It never lets one visitor read or touch what is another's, never puts tokens, names or message texts into logs or
// errors, and knows nothing of the desk: it could run on another machine.
package plugin
