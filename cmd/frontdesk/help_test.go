package main

import (
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// TestHelpTeaches wants of every command what it is for, in more than a line, and how it is used.
func TestHelpTeaches(t *testing.T) {
	t.Parallel()
	var visit func(cmd *cobra.Command)
	visit = func(cmd *cobra.Command) {
		switch {
		case cmd.Short == "":
			t.Errorf("%s does not say what it is for", cmd.CommandPath())
		case cmd.RunE != nil && (cmd.Long == "" || cmd.Example == ""):
			t.Errorf("%s has no explanation or no example", cmd.CommandPath())
		case cmd.Args == nil && !cmd.HasSubCommands():
			t.Errorf("%s takes any argument without a word", cmd.CommandPath())
		}
		cmd.Flags().VisitAll(func(f *pflag.Flag) {
			if f.Usage == "" || len(f.Usage) > 54 {
				t.Errorf("%s: what --%s says does not fit beside it in 80 columns", cmd.CommandPath(), f.Name)
			}
		})
		for _, sub := range cmd.Commands() {
			visit(sub)
		}
	}
	visit(newRoot())
}
