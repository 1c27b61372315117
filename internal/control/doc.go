// Package control lets another process use the desk: a Unix socket in the data folder, a Server that answers on it
// from any desk.Contract, and a Client that is a desk.Contract.
//
// # The wire
//
// Both sides first write one line, "frontdesk control VERSION"; the server's also names its process. With different
// versions the client gives up with a sentence. After the lines come frames: four bytes of length, big-endian, then a
// JSON object. A connection carries one call at a time, and the client keeps a few open: a slow answer holds up only
// who asked for it, and ending a call's context closes its connection, which ends the context of the call on the
// server. Changes keeps its connection until the context ends.
//
// # Promises
//
// Errors that callers tell apart (store.ErrNotFound, desk.ErrBehind, *desk.Refusal and so on) arrive as what they
// were. A connection that breaks is desk.ErrGone: whether the call was still carried out is not known then. Frames are
// bounded, a peer that talks nonsense or does not read costs one connection, and the socket is open to its owner only.
package control
