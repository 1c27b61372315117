package desk

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"frontdesk/store"
)

// Changes sends the newest place the views have come to after each change, coalescing. The channel is closed when ctx
// ends or the desk is closed.
func (d *Desk) Changes(ctx context.Context) (<-chan store.Seq, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	select {
	case <-d.gone:
		return nil, ErrGone
	default:
	}
	moves, stop := d.feed.Subscribe()
	out := make(chan store.Seq, 1)
	d.watched.Go(func() {
		defer close(out)
		defer stop()
		for {
			select {
			case seq := <-moves:
				select {
				case <-out: // an older step that nobody has read
				default:
				}
				out <- seq
			case <-ctx.Done():
				return
			case <-d.gone:
				return
			}
		}
	})
	return out, nil
}

// CaughtUp returns when the views have reached the log's head of the moment of the call, or ErrBehind after ten seconds.
func (d *Desk) CaughtUp(ctx context.Context) error { return d.shown(ctx, d.log.Head()) }

// shown waits until the views have come to seq, for ten seconds at most.
func (d *Desk) shown(ctx context.Context, seq store.Seq) error {
	if d.feed.Applied() >= seq {
		return nil
	}
	d.o.Poke()
	wait, cancel := context.WithTimeout(ctx, catchUpTime)
	defer cancel()
	err := d.feed.Wait(wait, seq)
	if errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil {
		return fmt.Errorf("%w: they stand at %d, the log at %d", ErrBehind, d.feed.Applied(), seq)
	}
	return err
}

// State says how the desk is.
func (d *Desk) State(ctx context.Context) (State, error) {
	s := State{
		Version: d.o.Version, DataDir: d.o.DataDir, Demo: d.o.Demo,
		AppID: d.o.AppID, Head: d.log.Head(), Applied: d.feed.Applied(),
		Usage: d.usages(), Hold: d.o.Hold, Uploads: d.carrier.underWay(),
	}
	if d.o.Listening != nil {
		address, err := d.o.Listening()
		s.Listening = address
		if err != nil {
			s.ListenError = err.Error()
		}
	}
	if d.o.Trouble != nil {
		s.Trouble = d.o.Trouble()
	}
	if d.o.Counters != nil {
		s.Counters = d.o.Counters()
	}
	if err := d.inboxStates(ctx, &s); err != nil {
		return State{}, err
	}
	var err error
	if s.Unknown, err = d.views.Unknown(ctx); err != nil {
		return State{}, fmt.Errorf("read what nobody knows: %w", err)
	}
	s.Unknown = s.Unknown[:min(len(s.Unknown), MaxUnknownShown)]
	if s.Applied < s.Head {
		oldest, err := d.log.Read(ctx, s.Applied, 1)
		if err != nil {
			return State{}, fmt.Errorf("read the oldest record not yet in the views: %w", err)
		}
		if len(oldest) > 0 {
			s.Behind = max(d.now().Sub(oldest[0].At.Time()), time.Millisecond)
		}
	}
	s.LastEvent, err = d.events.newest(ctx, d.log, s.Head)
	return s, err
}

// inboxStates says of each inbox what keeps it from sending: what the courier met, else what the platform said.
func (d *Desk) inboxStates(ctx context.Context, s *State) error {
	alerts, err := d.views.Alerts(ctx)
	if err != nil {
		return fmt.Errorf("read what the platform says of inboxes: %w", err)
	}
	if err := d.courier.heedAll(ctx, alerts); err != nil {
		return err
	}
	for _, i := range d.o.Inboxes {
		inbox, _ := d.inboxNow(i.Inbox.ID, alerts[i.Inbox.ID])
		s.Inboxes = append(s.Inboxes, inbox)
	}
	return nil
}

// inboxOf is an inbox as it is now, and whether there are settings for it.
func (d *Desk) inboxOf(ctx context.Context, id store.InboxID) (in Inbox, known bool, err error) {
	alerts, err := d.views.Alerts(ctx)
	if err != nil {
		return Inbox{}, false, fmt.Errorf("read what the platform says of inboxes: %w", err)
	}
	if err := d.courier.heedAll(ctx, alerts); err != nil {
		return Inbox{}, false, err
	}
	in, known = d.inboxNow(id, alerts[id])
	return in, known, nil
}

// inboxNow is an inbox as it is now: by its own name, with the setting that it lacks and with what keeps it from
// sending.
func (d *Desk) inboxNow(id store.InboxID, said store.Alert) (in Inbox, known bool) {
	i, known := d.inboxes[id]
	in = i.Inbox
	in.ID = id
	in.AppID = d.o.AppID
	if name := d.names.of(id); name != "" {
		in.Name = name
	}
	switch {
	case !known || in.Missing != "":
	case in.Plugin && d.o.PluginSender == nil:
		in.Missing = settingPluginToken
	case !in.Plugin && i.Sender == nil:
		in.Missing = settingPageToken
	}
	if d.courier.alert(&in, d.now()); in.Alert == "" {
		in.Alert = alertText(said)
	}
	return in, known
}

// alertText is what the platform says of an inbox, in a sentence; empty when it takes nothing amiss any more.
func alertText(a store.Alert) string {
	var said string
	switch a.Action {
	case policyBlock:
		said = "The platform has blocked this Page"
	case "warning":
		said = "The platform warns this Page"
	default:
		return ""
	}
	if reason := strings.TrimSpace(a.Reason); reason != "" {
		return said + ": " + reason
	}
	return said + "; it does not say why."
}

// eventClock remembers when the newest webhook record since the start came.
type eventClock struct {
	mu    sync.Mutex
	start store.Seq // the log's head at the start
	seen  store.Seq // records up to here have been looked at
	last  store.Millis
}

// lookBack is how many records at the log's end are searched for a webhook record.
const lookBack = 32

func (c *eventClock) newest(ctx context.Context, log store.Log, head store.Seq) (store.Millis, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	after := max(c.start, c.seen)
	if head > lookBack {
		after = max(after, head-lookBack)
	}
	for after < head {
		records, err := log.Read(ctx, after, lookBack)
		if err != nil {
			return 0, fmt.Errorf("read the newest records: %w", err)
		}
		if len(records) == 0 {
			break
		}
		for _, r := range records {
			after = r.Seq
			if r.Kind == store.RecordWebhook {
				c.last = max(c.last, r.At)
			}
		}
	}
	c.seen = max(c.seen, after)
	return c.last, nil
}
