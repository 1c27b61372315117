package main

import (
	"embed"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// demoStationery are the canned responses and macros of the demo's shop.
//
//go:embed stationery
var demoStationery embed.FS

// layOut writes the demo's canned responses into folder, and its macros into the folder macros beside it.
func layOut(folder string) error {
	shop, err := fs.Sub(demoStationery, "stationery")
	if err == nil {
		err = fs.WalkDir(shop, ".", func(name string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() {
				return err
			}
			text, err := fs.ReadFile(shop, name)
			if err != nil {
				return err
			}
			to := folder
			if filepath.Base(filepath.Dir(name)) == "macros" {
				to = filepath.Join(filepath.Dir(folder), "macros")
			}
			if err := os.MkdirAll(to, 0o700); err != nil {
				return err
			}
			return os.WriteFile(filepath.Join(to, filepath.Base(name)), text, 0o600)
		})
	}
	if err != nil {
		return fmt.Errorf("lay out the demo's canned responses: %w", err)
	}
	return nil
}
