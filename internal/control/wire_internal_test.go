package control

import (
	"bytes"
	"errors"
	"testing"

	"frontdesk/desk"
)

// TestAnswersAreTheirJSON wants the short way of putting an answer into a frame to lead where encoding/json does.
func TestAnswersAreTheirJSON(t *testing.T) {
	t.Parallel()
	value, err := encode(map[string]any{"text": "a < b & \u2028 \"c\"", "none": nil, "n": 1})
	if err != nil {
		t.Fatal(err)
	}
	for name, a := range map[string]answer{
		"nothing": {}, "a value": {Value: value}, "null": {Value: []byte("null")}, "an error": {Error: wrap(desk.ErrBehind)},
		"both": {Value: value, Error: wrap(errors.New("no"))},
	} {
		got, err := frameBody(a)
		want, wanted := encode(a)
		if err != nil || wanted != nil || !bytes.Equal(got, want) {
			t.Errorf("%s is framed as %s (%v), want %s (%v)", name, got, err, want, wanted)
		}
	}
}
