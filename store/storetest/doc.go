// Package storetest is the store's contract as tests: every engine passes them.
package storetest
