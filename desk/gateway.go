package desk

import (
	"context"
	"encoding/json"
	"slices"

	"frontdesk/store"
)

// byGateway reports whether an answer was one of something on the way to the platform (ref. 4.2), which may have passed
// the message on all the same: a server's status without an error of the platform's own.
func byGateway(status, code int) bool { return code == 0 && status >= 500 }

// doubtful reports whether a reply waits for another try because a gateway answered the last one. While the desk is at
// work its echo tells within the pause if it did arrive; after an end of the desk that is not to be relied on.
func (c *courier) doubtful(ctx context.Context, m store.Message) (bool, error) {
	if m.State != store.StateQueued || m.Attempts == 0 || m.Error == nil || m.Error.Code != 0 {
		return false, nil
	}
	for _, seq := range slices.Backward(m.Trail) {
		record, there, err := c.d.record(ctx, seq)
		if err != nil {
			return false, err
		}
		var r store.Result
		if !there || record.Kind != store.RecordResult || json.Unmarshal(record.Body, &r) != nil || r.Token != m.Token {
			continue
		}
		return r.N == m.Attempts && r.Outcome == store.OutcomeRetry && byGateway(r.Status, m.Error.Code), nil
	}
	return false, nil
}
