package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"frontdesk/desk"
	"frontdesk/messenger"
	"frontdesk/store"
)

const (
	replyWait = 30 * time.Second // how long --wait waits unless --timeout says otherwise
	echoWait  = 10 * time.Second // how long a reply whose request broke off may be settled by its echo
)

// replyFlags are what was asked of reply.
type replyFlags struct {
	text       string
	humanAgent bool
	wait       bool
	timeout    time.Duration
}

func newReply(flags *settingFlags) *cobra.Command {
	var f replyFlags
	cmd := &cobra.Command{
		Use:   "reply CONVERSATION --text TEXT",
		Short: "Reply in a conversation",
		Long: `Reply in a conversation. The reply is checked and kept; the running frontdesk (or, with --wait, this command where none
runs) carries it. With --wait the command ends when the platform has answered. It prints the reply's id and state.

Exit codes: 0 done, 2 refused before sending, 3 the platform refused it, 4 nobody knows whether it arrived,
5 still queued or held, 6 no such conversation, 7 the views are behind, 8 another process holds the data.`,
		Example: `frontdesk reply 109872000000101:7412000000000101 --text 'Yes, to all of Norway.' --wait

# after the 24 hours, where the Page has the Human Agent feature
frontdesk reply 109872000000101:7412000000000101 --text 'Your parcel is here.' --human-agent`,
		Args: oneConversation,
		RunE: func(cmd *cobra.Command, args []string) error {
			return throughDoor(cmd, flags.given(), courierWanted(f.wait), func(ctx context.Context, d *door) error {
				m, err := reply(ctx, d, store.ConversationID(args[0]), f)
				if m.ID != "" {
					fmt.Fprintf(cmd.OutOrStdout(), "%s %s\n", m.ID, m.State)
				}
				return err
			})
		},
	}
	cmd.Flags().StringVar(&f.text, "text", "", "what to say")
	cmd.Flags().BoolVar(&f.humanAgent, "human-agent", false, "a person wrote this: it may go after the 24 hours")
	cmd.Flags().BoolVar(&f.wait, "wait", false, "wait for the platform's answer")
	cmd.Flags().DurationVar(&f.timeout, "timeout", replyWait, "how long --wait waits at most")
	return cmd
}

// reply keeps a reply and, if asked, waits for what becomes of it. The error says what the exit code is to be.
func reply(ctx context.Context, d *door, id store.ConversationID, f replyFlags) (store.Message, error) {
	if f.text == "" {
		return store.Message{}, withCode(exitUse, errors.New("say what to reply with --text"))
	}
	c, err := findConversation(ctx, d, id)
	if err != nil {
		return store.Message{}, err
	}
	state, err := d.State(ctx)
	if err != nil {
		return store.Message{}, err
	}
	changes, err := d.Changes(ctx) // before the reply, so that no answer is missed
	if err != nil {
		return store.Message{}, err
	}
	m, err := d.Reply(ctx, desk.Reply{
		Conversation: c.ID, Agent: d.settings.Agent, HumanAgent: f.humanAgent, Seen: state.Applied,
		Message: messenger.OutMessage{Text: f.text},
	})
	switch {
	case errors.Is(err, desk.ErrGone):
		return m, withCode(exitUnknown, fmt.Errorf("%w while it was given the reply: look with frontdesk show %s whether it was kept, before you repeat it", err, c.ID))
	case err != nil:
		return store.Message{}, err
	case f.wait:
		m, err = await(ctx, d, m, changes, f.timeout)
		switch {
		case errors.Is(err, desk.ErrGone):
			return m, withCode(exitCode(verdict(m)), fmt.Errorf("%w before the platform answered; the reply is kept", err))
		case err != nil:
			return m, err
		}
		return m, verdict(m)
	case !d.remote:
		return m, withCode(exitWaiting, errors.New("the reply is kept and will be sent when frontdesk runs; with --wait it is sent now"))
	}
	return m, nil
}

// await follows a reply until the platform has answered, an echo has had its time, or the time is up.
func await(ctx context.Context, d desk.Contract, m store.Message, changes <-chan store.Seq, timeout time.Duration) (store.Message, error) {
	late := time.NewTimer(timeout)
	defer late.Stop()
	var noEcho <-chan time.Time
	for {
		now, err := d.Message(ctx, m.Conversation, m.ID)
		switch {
		case errors.Is(err, store.ErrNotFound): // the views have yet to hear of it
		case err != nil:
			return m, err
		default:
			m = now
		}
		switch {
		case m.State == store.StateUnknown && noEcho == nil:
			noEcho = time.After(echoWait)
		case m.State != store.StateQueued && m.State != store.StateSending && m.State != store.StateUnknown:
			return m, nil
		}
		select {
		case _, open := <-changes:
			if !open {
				if ctx.Err() != nil {
					return m, ctx.Err()
				}
				return m, desk.ErrGone
			}
		case <-noEcho:
			return m, nil
		case <-late.C:
			return m, nil
		}
	}
}

// verdict makes an error, with its exit code, of what became of a reply.
func verdict(m store.Message) error {
	said := ""
	if e := m.Error; e != nil {
		said = ": " + e.Text
		if e.Advice != "" {
			said += " " + e.Advice
		}
		if e.Code != 0 {
			said += fmt.Sprintf(" (code %d)", e.Code)
		}
	}
	switch {
	case m.State.Sent():
		return nil
	case m.State == store.StateFailed, m.State == store.StateCancelled:
		return withCode(exitFailed, fmt.Errorf("the reply was not sent%s", said))
	case m.State == store.StateUnknown, m.State == store.StateSending:
		return withCode(exitUnknown, fmt.Errorf("nobody knows whether the reply arrived%s", said))
	case m.State == store.StateHeld:
		return withCode(exitWaiting, fmt.Errorf("the reply is held%s", said))
	default:
		return withCode(exitWaiting, fmt.Errorf("the reply is still queued%s", said))
	}
}
