package desk

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"frontdesk/store"
)

// Witness tells what is known of a message, and how it came to be known.
type Witness interface {
	// Trail returns all that the log holds about one line of a thread. What the contact took back is not in it.
	Trail(ctx context.Context, conv store.ConversationID, id store.MessageID) (Trail, error)
}

// Trail is what happened to one line of a thread, oldest first.
type Trail struct {
	Message store.Message `json:"message"`
	Steps   []Step        `json:"steps"`
	Cut     bool          `json:"cut,omitempty"` // there were so many steps that older ones are not in it
}

// What a Step is.
const (
	StepWebhook = "webhook" // the platform told of it
	StepReceipt = "receipt" // the platform told how far it came
	StepReply   = "reply"   // an agent wrote it
	StepAttempt = "attempt" // a request was made
	StepResult  = "result"  // what came of a request
	StepAct     = "act"     // an agent decided about it
	StepMedia   = "media"   // what was attached was fetched
	StepUpload  = "upload"  // the platform keeps what it carries
	StepRecord  = "record"  // anything else that the log holds about it
)

// Step is one record of the log, as far as it is about the line.
type Step struct {
	Seq      store.Seq      `json:"seq"`
	At       time.Time      `json:"at"` // when it was kept
	What     string         `json:"what"`
	Sentence string         `json:"sentence"`
	Who      string         `json:"who,omitempty"`  // the agent, the contact, the app, or the platform
	Body     jsontext.Value `json:"body,omitempty"` // the raw event, the request, the answer or the record; never a secret
}

// platformsName is who speaks where the platform does.
const platformsName = "the platform"

// Trail tells what the log holds about one line of a thread.
func (d *Desk) Trail(ctx context.Context, conv store.ConversationID, id store.MessageID) (Trail, error) {
	c, err := d.views.Conversation(ctx, conv)
	if err != nil {
		return Trail{}, fmt.Errorf("find the trail of %s in %s: %w", id, conv, err)
	}
	m, err := d.views.Message(ctx, c.ID, id)
	if err != nil {
		return Trail{}, fmt.Errorf("find the trail of %s in %s: %w", id, c.ID, err)
	}
	w := witness{c: c, m: m, receipts: receiptsOf(c, m)}
	all := append(slices.Concat([]store.Seq{m.Seq}, m.Trail), w.receipts...)
	slices.Sort(all)
	t := Trail{Message: m, Steps: []Step{}, Cut: len(m.Trail) >= store.MaxTrail}
	for _, seq := range slices.Compact(all) {
		if seq == 0 {
			continue
		}
		record, there, err := d.record(ctx, seq)
		if err != nil {
			return Trail{}, fmt.Errorf("read the trail of %s in %s: %w", id, c.ID, err)
		}
		if there {
			t.Steps = append(t.Steps, w.steps(record)...)
		}
	}
	return t, nil
}

// record reads one record of the log.
func (d *Desk) record(ctx context.Context, seq store.Seq) (store.Record, bool, error) {
	records, err := d.log.Read(ctx, seq-1, 1)
	if err != nil {
		return store.Record{}, false, fmt.Errorf("record %d: %w", seq, err)
	}
	if len(records) == 0 || records[0].Seq != seq {
		return store.Record{}, false, nil
	}
	return records[0], true, nil
}

// receiptsOf are the records of the receipts by which a message of the page counts as delivered and read: they name a
// time, not the message.
func receiptsOf(c store.Conversation, m store.Message) []store.Seq {
	switch {
	case m.Direction != store.Out:
		return nil
	case m.State == store.StateRead:
		return []store.Seq{c.DeliveredSeq, c.ReadSeq}
	case m.State == store.StateDelivered:
		return []store.Seq{c.DeliveredSeq}
	}
	return nil
}

// witness tells records about one line apart.
type witness struct {
	c        store.Conversation
	m        store.Message
	receipts []store.Seq
	kept     *store.Reply // once its record was read, which is the first of a reply's
}

// steps are what a record says about the line.
func (w *witness) steps(r store.Record) []Step {
	if r.Kind == store.RecordWebhook {
		return w.told(r)
	}
	s := Step{Seq: r.Seq, At: r.At.Time(), What: StepRecord}
	var fits bool
	switch r.Kind {
	case store.RecordReply:
		fits = read(r, func(b store.Reply) bool { return b.Token == w.m.Token && w.wrote(&s, b) })
	case store.RecordAttempt:
		fits = read(r, func(b store.Attempt) bool { return b.Token == w.m.Token && w.attempted(&s, b) })
	case store.RecordResult:
		fits = read(r, func(b store.Result) bool { return b.Token == w.m.Token && w.answered(&s, b) })
	case store.RecordAct:
		fits = read(r, func(b store.Act) bool { return w.acted(&s, b) })
	case store.RecordMedia:
		fits = read(r, func(b store.Media) bool { return w.fetched(&s, b) })
	case store.RecordUpload:
		fits = read(r, func(b store.Uploaded) bool { return b.Token == w.m.Token && w.uploaded(&s, b) })
	case store.RecordWoke:
		s.Sentence, fits = store.ActivityText(w.m)+".", true
	}
	if !fits {
		return nil
	}
	if s.Body == nil {
		s.Body = compact(r.Body)
	}
	return []Step{s}
}

// read decodes a record's body and hands it over; false when it is not what it must be, or does not fit.
func read[T any](r store.Record, fits func(T) bool) bool {
	var body T
	return json.Unmarshal(r.Body, &body) == nil && fits(body)
}

// compact is JSON without blanks between its parts, so that it reads the same wherever it was kept.
func compact(raw []byte) jsontext.Value {
	v := jsontext.Value(slices.Clone(raw))
	if err := v.Compact(jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true)); err != nil {
		return nil
	}
	return v
}

// encoded is v in JSON; nothing when it has none.
func encoded(v any) jsontext.Value {
	raw, err := json.Marshal(v)
	if err != nil {
		return nil
	}
	return compact(raw)
}

// JSON is the trail for people and programs elsewhere: what of the line its steps do not say, and the steps.
func (t Trail) JSON() ([]byte, error) {
	m := t.Message
	out := struct {
		Conversation store.ConversationID `json:"conversation"`
		ID           store.MessageID      `json:"id"`
		MID          string               `json:"mid,omitempty"`
		At           time.Time            `json:"at"`
		Direction    store.Direction      `json:"direction"`
		Kind         store.MessageKind    `json:"kind"`
		State        store.DeliveryState  `json:"state,omitempty"`
		Agent        string               `json:"agent,omitempty"`
		AppID        string               `json:"app_id,omitempty"`
		Withdrawn    bool                 `json:"withdrawn,omitempty"`
		Cut          bool                 `json:"cut,omitempty"`
		Steps        []Step               `json:"steps"`
	}{
		m.Conversation, m.ID, m.MID, m.At.Time(), m.Direction, m.Kind, m.State, m.Agent, m.AppID, m.Withdrawn, t.Cut, t.Steps,
	}
	return json.MarshalIndent(out, "", "  ")
}
