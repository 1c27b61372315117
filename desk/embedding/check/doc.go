// Package check looks at a page of a website, as it comes from its server, and says what is wrong with how it embeds the
// chat: what, where, and what to do.
//
// # What it sees
//
// The page's markup, its inline scripts and its headers. It runs no script: what those of other addresses add it does not
// see, and it says so where that matters.
//
// # What it never does
//
// It fetches nothing but the page and where that redirects to, with bounds on time, size and redirects, by http and https
// alone, and from this machine only where it is told that the platform is there too. A page is a stranger's: whatever it
// holds costs bounded time and memory.
package check
