package main

import (
	"github.com/adrg/xdg"

	"frontdesk/internal/config"
	"frontdesk/internal/control"
)

// socketPath is where the process that holds the data folder is spoken to.
func socketPath(s config.Settings) string { return control.Path(s.DataDir, xdg.RuntimeDir) }
