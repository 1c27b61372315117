package store

import (
	"encoding/json"
	"errors"
	"fmt"
)

// errNowhere says that a reply has nobody it could be sent to, and no thread it could be shown in.
var errNowhere = errors.New("it is a reply in no conversation")

// event is a record that has been read: its body is []Fact or what NewRecord takes.
type event struct {
	seq  Seq
	at   Millis
	body any
}

// NewRecord makes the record of what an agent, the courier or the clock did: body is a Reply, Attempt, Result, Act,
// Profile, Woke, Redacted, Media or Uploaded. at is when it happened.
func NewRecord(at Millis, body any) (Record, error) {
	r := Record{At: at}
	switch body.(type) {
	case Reply:
		r.Kind = RecordReply
	case Attempt:
		r.Kind = RecordAttempt
	case Result:
		r.Kind = RecordResult
	case Act:
		r.Kind = RecordAct
	case Profile:
		r.Kind = RecordProfile
	case Woke:
		r.Kind = RecordWoke
	case Redacted:
		r.Kind = RecordRedacted
	case Media:
		r.Kind = RecordMedia
	case Uploaded:
		r.Kind = RecordUpload
	default:
		return Record{}, fmt.Errorf("a %T is the body of no record", body)
	}
	var err error
	if r.Body, err = json.Marshal(body); err != nil {
		return Record{}, fmt.Errorf("write a %T as JSON: %w", body, err)
	}
	return r, nil
}

// readAll reads the bodies of records. What can't be read is counted and left out.
func (p *Projector) readAll(records []Record) []event {
	events := make([]event, 0, len(records))
	for _, r := range records {
		body, err := p.read(r)
		if err != nil {
			p.skipped.Add(1)
			p.logger.Warn("a record was stepped over", logSeq, r.Seq, logKind, r.Kind, logErr, err)
			continue
		}
		events = append(events, event{seq: r.Seq, at: r.At, body: body})
	}
	return events
}

// read reads one body. Its errors quote nothing of it.
func (p *Projector) read(r Record) (body any, err error) {
	switch r.Kind {
	case RecordWebhook:
		return p.facts(r)
	case RecordReply:
		reply, err := readJSON[Reply](r.Body)
		if _, _, wrong := ParseConversationID(reply.Conversation); err == nil && wrong != nil {
			return nil, errNowhere
		}
		return reply, err
	case RecordAttempt:
		return readJSON[Attempt](r.Body)
	case RecordResult:
		return readJSON[Result](r.Body)
	case RecordAct:
		return readJSON[Act](r.Body)
	case RecordProfile:
		return readJSON[Profile](r.Body)
	case RecordWoke:
		return readJSON[Woke](r.Body)
	case RecordRedacted:
		return readJSON[Redacted](r.Body)
	case RecordMedia:
		return readJSON[Media](r.Body)
	case RecordUpload:
		return readJSON[Uploaded](r.Body)
	default:
		return nil, fmt.Errorf("records of kind %d are not known", r.Kind)
	}
}

// facts translates a webhook body. A fault in translating costs this one record, which stays in the log and is mended
// by a replay; the others must not wait for that.
func (p *Projector) facts(r Record) (facts []Fact, err error) {
	defer func() {
		if fault := recover(); fault != nil {
			facts, err = nil, fmt.Errorf("translating it failed with a %T", fault)
		}
	}()
	return p.translate(r), nil
}

func readJSON[T any](body []byte) (T, error) {
	var v T
	if err := json.Unmarshal(body, &v); err != nil {
		return v, fmt.Errorf("its body is not the JSON of a %T", v)
	}
	return v, nil
}
