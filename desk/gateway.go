package desk

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"frontdesk/store"
)

// byGateway reports whether an answer was one of something on the way to the platform (ref. 4.2), which may have passed
// the message on all the same: a server's status without an error of the platform's own.
func byGateway(status, code int) bool { return code == 0 && status >= 500 }

// doubtful reports whether a reply's last attempt was answered by a gateway and nothing has settled it since: then the
// platform is asked before it is sent again. The log knows, also after an end of the desk.
func (c *courier) doubtful(ctx context.Context, m store.Message) (bool, error) {
	if m.Attempts == 0 {
		return false, nil
	}
	for _, seq := range slices.Backward(m.Trail) {
		record, there, err := c.d.record(ctx, seq)
		if err != nil {
			return false, err
		}
		var r store.Result
		if !there || record.Kind != store.RecordResult || json.Unmarshal(record.Body, &r) != nil || r.Token != m.Token || r.N != m.Attempts {
			continue
		}
		switch r.Outcome {
		case store.OutcomeHeld: // by what has nothing to do with the attempt
		case store.OutcomeRetry: // the first frontdesks wrote no doubt down
			if r.Doubt || r.Error != nil && r.RetryAt != 0 && byGateway(r.Status, r.Error.Code) {
				return true, nil
			}
		default:
			return false, nil
		}
	}
	return false, nil
}

// firstTried is when the first request with a reply left, as far as its trail goes back.
func (c *courier) firstTried(ctx context.Context, m store.Message) (time.Time, error) {
	for _, seq := range m.Trail {
		record, there, err := c.d.record(ctx, seq)
		if err != nil {
			return time.Time{}, err
		}
		var a store.Attempt
		if there && record.Kind == store.RecordAttempt && json.Unmarshal(record.Body, &a) == nil && a.Token == m.Token {
			return record.At.Time(), nil
		}
	}
	return m.TriedAt.Time(), nil
}
