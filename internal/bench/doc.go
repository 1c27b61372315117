// Package bench measures frontdesk beside peers that do the least of the same work: a bare group commit, a handler that
// only checks a signature, a loop over columns, an empty terminal program. A figure is a ratio, taken in turns on one
// machine in one run, the median of several, because absolute times say more about the machine than about frontdesk.
//
// It makes a store of generated conversations in a folder of its own and takes that away again.
package bench
