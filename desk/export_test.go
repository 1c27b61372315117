package desk

import "time"

// SetPauses replaces the pauses after failures and limits, without jitter. The one for an echo is ten times the first, as
// it is in the real desk.
func (d *Desk) SetPauses(retry, limit []time.Duration) {
	d.courier.back = backoff{retry: retry, limit: limit, dead: limit, echo: 10 * retry[0], jitter: func() float64 { return 0 }}
}

// DecodeDraft reads a draft as it is kept.
var DecodeDraft = decodeDraft
