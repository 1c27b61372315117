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
// # Paths
//
// For programs, with any version in front or none: POST /{page or me}/messages and GET /{id}, as in Meta's Graph API.
// For visitors, JSON both ways, with the visitor's token as "Authorization: Bearer" on all but the first:
//
//	POST /plugin/visitors   {page_id, ref, page_url, name}: a new visitor presses Get Started; answers {id, token}.
//	                        With a token: the visitor is back; answers {id}.
//	POST /plugin/messages   {text}, {quick_reply: {mid, index}} or {button: {mid, index}}; answers the message.
//	GET  /plugin/messages   ?after=N: {messages, after, typing, seen_at}. To ask after a place says that everything
//	                        up to it has arrived. An answer is bounded: ask on until one has no messages.
//	POST /plugin/seen       {mid}: read up to this message; answers {}.
//
// A refusal is {error: {field, message}}.
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
