// Package generate makes histories of any size for benchmarks and tests: Pages whose contacts write in many languages,
// most of them a little and a few a great deal, who came in by a handful of popular refs and a long tail of rare ones.
//
// The same options make the same records, byte by byte. They are what the platform and agents would have left in a log
// (webhook bodies, profiles, acts), so a store filled with them has gone through the same decoding and the same rules
// as one that grew by itself. Nothing here reads a clock or the network.
package generate
