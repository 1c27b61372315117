package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/charmbracelet/x/term"
	"github.com/spf13/cobra"

	"frontdesk/desk"
	"frontdesk/store"
	"frontdesk/tui"
)

// waitingJSON is a reply that waits, as queue --json prints it. docs/guide/json.md says it.
type waitingJSON struct {
	Conversation store.ConversationID `json:"conversation"`
	Inbox        store.InboxID        `json:"inbox"`
	Name         string               `json:"name,omitempty"`
	Since        string               `json:"since,omitempty"`
	Reason       string               `json:"reason,omitempty"`
	Advice       string               `json:"advice,omitempty"`
	Next         string               `json:"next,omitempty"`
	Behind       store.MessageID      `json:"behind,omitempty"`
	Message      messageJSON          `json:"message"`
}

func toWaitingJSON(w desk.Waiting) waitingJSON {
	out := waitingJSON{
		Conversation: w.Message.Conversation, Inbox: w.Inbox, Name: w.Title, Reason: w.Reason, Advice: w.Advice,
		Behind: w.Behind, Message: toMessageJSON(w.Message),
	}
	if !w.Since.IsZero() {
		out.Since = rfc3339(store.MillisOf(w.Since))
	}
	if !w.Next.IsZero() {
		out.Next = rfc3339(store.MillisOf(w.Next))
	}
	return out
}

func newQueue(flags *settingFlags) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "queue",
		Short: "Show what waits to be sent, and settle it",
		Long: `Show what waits to be sent in all conversations, oldest first: why, since when, behind which, and when it is tried again.
What failed, or may have arrived, is there too until somebody settles it with retry, arrived or cancel; replies behind it
are held until then. What --json prints is a promise: docs/guide/json.md.`,
		Example: `frontdesk queue
frontdesk queue --json | jq -r 'select(.message.state == "unknown") | .conversation + " " + .message.id'
frontdesk queue retry CONVERSATION out:TOKEN --wait`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return throughDoor(cmd, flags.given(), withoutCourier, func(ctx context.Context, d *door) error {
				if err := d.Retest(ctx); err != nil {
					return err
				}
				all, err := d.Queue(ctx)
				if err != nil {
					return err
				}
				if len(all) == 0 && !asJSON && term.IsTerminal(os.Stdout.Fd()) {
					cmd.PrintErrln("frontdesk: nothing waits to be sent")
				}
				if len(all) > 0 && !d.remote {
					cmd.PrintErrln("frontdesk: nothing of it is sent while no frontdesk runs")
				}
				return printQueue(cmd.OutOrStdout(), all, asJSON, time.Now())
			})
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "one JSON object a line")
	cmd.AddCommand(
		newSettle(flags, store.VerbSendAgain, "retry", "Send a reply again that failed, is held, or may have arrived",
			`Send a reply again that failed or is held. One of which nobody knows whether it arrived is sent again only with --anyway:
if it did arrive, the customer sees it twice. The exit codes are those of frontdesk reply.`),
		newSettle(flags, store.VerbArrived, "arrived", "Say that a reply of unknown fate did arrive",
			`Say that a reply did arrive of which nobody knew. What is queued behind it goes out then.`),
		newSettle(flags, store.VerbCancel, "cancel", "Do not send a reply",
			`Do not send a reply that is queued, held, failed or unknown. What is queued behind it goes out then.`),
	)
	return cmd
}

func printQueue(w io.Writer, all []desk.Waiting, asJSON bool, now time.Time) error {
	lines := newJSONLines(w)
	for _, one := range all {
		var err error
		if asJSON {
			err = lines.Encode(toWaitingJSON(one))
		} else {
			_, err = io.WriteString(w, waitingText(one, now))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// waitingText is a reply that waits, for people: which, what it says, and why it waits.
func waitingText(w desk.Waiting, now time.Time) string {
	var b strings.Builder
	m := w.Message
	fmt.Fprintf(&b, "%s  [%s]  %s, %s\n", tui.CleanLine(w.Title), m.State, tui.CleanLine(m.Agent), age(now.Sub(w.Since)))
	for _, line := range bodyLines(store.Message{
		Text: m.Text, Attachments: m.Attachments, QuickReplies: m.QuickReplies, Buttons: m.Buttons, Elements: m.Elements,
	}) {
		b.WriteString("    " + line + "\n")
	}
	why := strings.TrimSpace(w.Reason + " " + w.Advice)
	if w.Behind != "" {
		why += " Behind " + string(w.Behind) + "."
	}
	fmt.Fprintf(&b, "    → %s\n    %s %s\n", tui.CleanLine(why), m.Conversation, m.ID)
	return b.String()
}

// settling is what was asked of a reply that waits.
type settling struct {
	verb    store.Verb
	anyway  bool
	wait    bool
	timeout time.Duration

	doubtful bool // what was cancelled may have arrived
}

func newSettle(flags *settingFlags, verb store.Verb, name, short, long string) *cobra.Command {
	s := settling{verb: verb}
	cmd := &cobra.Command{
		Use:     name + " CONVERSATION MESSAGE",
		Short:   short,
		Long:    long,
		Example: "frontdesk queue\nfrontdesk queue " + name + " 109872000000101:7412000000000101 out:TOKEN",
		Args:    conversationAndMessage("frontdesk queue shows both"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := checkTimeout(s.timeout); err != nil {
				return err
			}
			return throughDoor(cmd, flags.given(), courierWanted(s.wait), func(ctx context.Context, d *door) error {
				m, err := s.settle(ctx, d, store.ConversationID(args[0]), store.MessageID(args[1]))
				if m.ID != "" {
					fmt.Fprintf(cmd.OutOrStdout(), "%s %s\n", m.ID, m.State)
				}
				if s.doubtful && err == nil {
					fmt.Fprintln(cmd.ErrOrStderr(), "it may have arrived all the same: frontdesk will not send it any more, and can't take it back")
				}
				return err
			})
		},
	}
	if verb == store.VerbSendAgain {
		cmd.Flags().BoolVar(&s.anyway, "anyway", false, "also where it may have arrived")
		cmd.Flags().BoolVar(&s.wait, "wait", false, "wait for the platform's answer")
		cmd.Flags().DurationVar(&s.timeout, "timeout", replyWait, "how long --wait waits at most")
	}
	return cmd
}

// conversationAndMessage is the Args of commands about one message.
func conversationAndMessage(where string) cobra.PositionalArgs {
	return func(_ *cobra.Command, args []string) error {
		if len(args) != 2 {
			return misuse("say which conversation and which message; %s", where)
		}
		return nil
	}
}

// findMessage explains what it means that there is none.
func findMessage(ctx context.Context, d desk.Contract, c store.ConversationID, id store.MessageID) (store.Message, error) {
	m, err := d.Message(ctx, c, id)
	if errors.Is(err, store.ErrNotFound) {
		return m, withCode(exitNotFound, fmt.Errorf("there is no message %s in %s; frontdesk show %s --json names them", id, c, c))
	}
	return m, err
}

// settle decides about a reply and returns it as it stands then.
func (s *settling) settle(ctx context.Context, d *door, conv store.ConversationID, id store.MessageID) (store.Message, error) {
	c, err := findConversation(ctx, d, conv)
	if err != nil {
		return store.Message{}, err
	}
	m, err := findMessage(ctx, d, c.ID, id)
	if err != nil {
		return store.Message{}, err
	}
	if s.verb == store.VerbSendAgain && m.State == store.StateUnknown && !s.anyway {
		return store.Message{}, misuse("nobody knows whether it arrived: with --anyway it is sent again, and %s sees it twice if it did", tui.CleanLine(c.Contact.Title()))
	}
	s.doubtful = s.verb == store.VerbCancel && m.MayHaveArrived()
	changes, err := d.Changes(ctx)
	if err != nil {
		return store.Message{}, err
	}
	if _, err := d.Do(ctx, store.Act{Agent: d.settings.Agent, Conversation: c.ID, Verb: s.verb, Message: m.ID}); err != nil {
		return store.Message{}, err
	}
	if m, err = findMessage(ctx, d, c.ID, m.ID); err != nil || s.verb != store.VerbSendAgain {
		return m, err
	}
	switch {
	case s.wait:
		late, cancel := context.WithTimeout(ctx, s.timeout)
		defer cancel()
		if m, err = await(ctx, late, d, m, changes); err == nil {
			err = verdict(m)
		}
		return m, err
	case !d.remote:
		return m, withCode(exitWaiting, errors.New("it will be sent when frontdesk runs; with --wait it is sent now"))
	}
	return m, nil
}
