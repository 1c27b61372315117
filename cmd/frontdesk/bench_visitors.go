package main

import (
	"fmt"
	"os"
	"time"

	"github.com/spf13/cobra"

	"frontdesk/internal/bench/visitors"
)

func newBenchVisitors() *cobra.Command {
	o := visitors.Options{Count: 5000, Chat: time.Minute, Idle: time.Minute, Bare: []string{"bench", "visitors", "--bare"}}
	var bare bool
	cmd := &cobra.Command{
		Use:   "visitors",
		Short: "Measure frontdesk with thousands of visitors who are online and chat",
		Long: `Measure frontdesk with thousands of visitors who are online at once, beside a bare HTTP server that is driven in the same
way in the same run. The program is started on data of its own; each visitor holds a line of server-sent events; they write in
turn, and an agent answers all of them through the desk. Told are memory and processor time, and how long words take to the
agent's list and answers to the visitors' lines. What was said is counted at both ends: a word that is lost or comes
twice is an error.

All limits are on. The visitors come as by a trusted reverse proxy, 50 from each address. Nothing is left when it ends,
ctrl+c included.`,
		Example: `frontdesk bench visitors --count 5000 --runs 3`,
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			ctx, stop := untilSignal(cmd.Context())
			defer stop()
			if bare {
				return visitors.Bare(ctx, cmd.InOrStdin(), cmd.OutOrStdout())
			}
			if o.Program, err = os.Executable(); err != nil {
				return fmt.Errorf("find this program, to start it: %w", err)
			}
			o.Out = cmd.OutOrStdout()
			return visitors.Run(ctx, o)
		},
	}
	f := cmd.Flags()
	f.IntVar(&o.Count, "count", o.Count, "visitors, at most 20000")
	f.Float64Var(&o.Pace, "pace", o.Pace, "words a second of all; 0: a hundredth of them")
	f.DurationVar(&o.Chat, "chat", o.Chat, "how long they write")
	f.DurationVar(&o.Idle, "idle", o.Idle, "how long nobody writes, before that")
	f.IntVar(&o.Runs, "runs", 1, "turns, of which the medians are told")
	f.StringVar(&o.Folder, "folder", "", "folder to make the data in")
	f.BoolVar(&bare, "bare", false, "run the bare server")
	_ = f.MarkHidden("bare") // it is there
	return cmd
}
