//go:build !unix

package control

import "io/fs"

// ownedByUs trusts the folder's access rights where files have no owner number.
func ownedByUs(fs.FileInfo) bool { return true }
