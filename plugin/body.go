package plugin

import (
	"bytes"
	"io"
	"net/http"
)

// bodyBudget is what the bodies of all calls that are coming in may take of our memory. Visitors are strangers, and a
// Graph call's token may stand in its body: whoever calls is known only when the body is there.
const bodyBudget = 64 << 20

// takeBody reads the body of a call, of limit bytes at most, and puts what it read in the body's place. leave must be
// called when the call is answered, also after an error, which is one of package intake.
func (s *Server) takeBody(w http.ResponseWriter, r *http.Request, limit int) (leave func(), err error) {
	body, leave, err := s.bodies.Read(w, r, limit)
	if err != nil {
		// What is left of the body is not worth reading.
		w.Header().Set("Connection", "close")
		return leave, err
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	return leave, nil
}
