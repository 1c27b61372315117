// Package messenger speaks the Messenger Platform's language: webhook envelopes and events, signatures, the messages
// that may be sent with their limits, the Graph client and its typed errors.
//
// It knows nothing of conversations, agents or storage. Everything in it is safe for concurrent use unless its
// comment says otherwise. Protocol facts name the section of the reference they stand in (for example "ref. 2.4").
package messenger
