package plugin

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"frontdesk/messenger"
)

// maxBatch is how many calls one batch has (ref. 3.11).
const maxBatch = 50

// batchCall is one call of a batch.
type batchCall struct {
	Method    string          `json:"method"`
	Path      string          `json:"relative_url"`
	Body      json.RawMessage `json:"body"` // a text of form fields or of JSON, or the object itself
	Name      string          `json:"name"`
	DependsOn string          `json:"depends_on"`
	OmitOK    *bool           `json:"omit_response_on_success"`
	Files     string          `json:"attached_files"`
}

type (
	batchHeader struct {
		Name  string `json:"name"`
		Value string `json:"value"`
	}
	batchAnswer struct {
		Code    int           `json:"code"`
		Headers []batchHeader `json:"headers,omitempty"`
		Body    string        `json:"body"`
	}
)

// graphBatch is POST / with the field batch: up to 50 calls, one after the other, each with the token of the batch unless it
// brings one of its own. The answer has one place for each, in their order; null stands for one that another call needed
// and whose success is of no interest to the caller.
func (s *Server) graphBatch(ctx context.Context, c *call) (any, error) {
	var calls []batchCall
	if !c.params.present("batch") {
		return nil, badParam("The parameter batch is required")
	}
	if json.Unmarshal(c.params.value("batch"), &calls) != nil || len(calls) == 0 {
		return nil, badParam("Param batch must be a list of calls")
	}
	if len(calls) > maxBatch {
		return nil, badParam("Too many requests in batch message. Maximum batch size is %d", maxBatch)
	}
	b := &batch{s: s, c: c, headers: c.params.text("include_headers") != "false", done: map[string]batchAnswer{}}
	answers := make([]*batchAnswer, len(calls))
	for i, one := range calls {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		answer := b.do(ctx, one)
		if one.Name != "" {
			b.done[one.Name] = answer
		}
		if answer.Code != http.StatusOK || !b.omitted(one, calls[i+1:]) {
			answers[i] = &answer
		}
	}
	return answers, nil
}

// batch is a batch while its calls are made.
type batch struct {
	s       *Server
	c       *call
	headers bool
	done    map[string]batchAnswer
}

// omitted reports whether the success of a call is left out of the answer: of one that a later call refers to, unless it says
// otherwise.
func (b *batch) omitted(one batchCall, later []batchCall) bool {
	if one.OmitOK != nil {
		return *one.OmitOK && one.Name != ""
	}
	return one.Name != "" && slices.ContainsFunc(later, func(l batchCall) bool {
		mark := "{result=" + one.Name + ":"
		return l.DependsOn == one.Name || strings.Contains(l.Path, mark) || strings.Contains(string(l.Body), mark)
	})
}

// do makes one call.
func (b *batch) do(ctx context.Context, one batchCall) batchAnswer {
	answer, err := b.call(ctx, one)
	status, raw := http.StatusOK, []byte(nil)
	if err == nil {
		raw, err = json.Marshal(answer)
	}
	if err != nil {
		var refusal *graphError
		if !errors.As(err, &refusal) {
			if ctx.Err() == nil { // else the caller has gone
				b.s.log.Error("graph call of a batch", logError, err)
			}
			refusal = errInternal
		}
		status, raw = refusal.httpStatus(), messenger.ErrorBody(refusal.code, refusal.subcode, refusal.message)
	}
	out := batchAnswer{Code: status, Body: string(raw)}
	if b.headers {
		out.Headers = []batchHeader{{"Content-Type", "application/json; charset=utf-8"}, {"Cache-Control", "no-store"}}
	}
	return out
}

func (b *batch) call(ctx context.Context, one batchCall) (any, error) {
	if one.DependsOn != "" {
		if before, ok := b.done[one.DependsOn]; !ok || before.Code != http.StatusOK {
			return nil, badParam("the call %s, which this one depends on, has not succeeded", one.DependsOn)
		}
	}
	if one.Files != "" {
		return nil, badParam("attached_files are not taken in a batch; send the file with a call of its own")
	}
	path, err := b.fill(one.Path, url.QueryEscape)
	if err != nil {
		return nil, err
	}
	method := strings.ToUpper(one.Method)
	if !slices.Contains([]string{http.MethodGet, http.MethodPost, http.MethodDelete}, method) {
		return nil, badParam("method must be GET, POST or DELETE")
	}
	address, err := url.Parse("/" + strings.TrimLeft(path, "/"))
	if err != nil {
		return nil, badParam("relative_url is no path")
	}
	if node, edge, _ := graphPath(address.Path); node == "" && edge == "" {
		return nil, badParam("a batch cannot hold another")
	}
	body, err := b.body(one.Body)
	if err != nil {
		return nil, err
	}
	r, err := http.NewRequestWithContext(ctx, method, address.String(), strings.NewReader(body))
	if err != nil {
		return nil, badParam("relative_url is no path")
	}
	b.token(r, body)
	return b.s.graph(unwritten{}, r)
}

// token gives a call the token of the batch, if it has none.
func (b *batch) token(r *http.Request, body string) {
	own := params{}
	_ = own.addForm(r.URL.Query()) // what has too many fields is refused when it is made
	if strings.HasPrefix(strings.TrimSpace(body), "{") {
		var fields map[string]json.RawMessage
		if json.Unmarshal([]byte(body), &fields) == nil {
			own["access_token"] = append(own["access_token"], fields["access_token"]...)
		}
	} else if form, err := url.ParseQuery(body); err == nil {
		_ = own.addForm(form) // as above
	}
	if !own.present("access_token") {
		r.Header.Set("Authorization", "Bearer "+b.c.token)
	}
}

// body is the body of a call as text, with the results it refers to.
func (b *batch) body(raw json.RawMessage) (string, error) {
	var text string
	if len(raw) == 0 || string(raw) == "null" {
		return "", nil
	}
	if json.Unmarshal(raw, &text) != nil { // the object itself
		return b.fill(string(raw), inJSON)
	}
	if strings.HasPrefix(strings.TrimSpace(text), "{") {
		return b.fill(text, inJSON)
	}
	return b.fill(text, url.QueryEscape)
}

// inJSON is a text as it stands inside quotes.
func inJSON(text string) string {
	raw, err := json.Marshal(text)
	if err != nil { // a string has nothing that could not be encoded
		return ""
	}
	return string(raw[1 : len(raw)-1])
}

var resultMark = regexp.MustCompile(`\{result=([A-Za-z0-9_-]+):\$((?:\.[A-Za-z_][A-Za-z0-9_]*|\.\*|\[(?:[0-9]+|\*)\])+)\}`)

// fill puts results of earlier calls where a call refers to them: {result=NAME:$.data.*.id}. Several are joined by commas.
func (b *batch) fill(text string, escape func(string) string) (string, error) {
	var failed error
	filled := len(text)
	out := resultMark.ReplaceAllStringFunc(text, func(mark string) string {
		if failed != nil {
			return ""
		}
		parts := resultMark.FindStringSubmatch(mark)
		before, ok := b.done[parts[1]]
		var v any
		if !ok || before.Code != http.StatusOK || json.Unmarshal([]byte(before.Body), &v) != nil {
			failed = badParam("the call %s, which this one refers to, has not succeeded", parts[1])
			return ""
		}
		value := escape(strings.Join(dig(v, pathSteps(parts[2])), ","))
		if filled += len(value); filled > maxGraphBody {
			failed = errTooLarge
			return ""
		}
		return value
	})
	return out, failed
}

func pathSteps(path string) []string {
	return strings.FieldsFunc(path, func(r rune) bool { return r == '.' || r == '[' || r == ']' })
}

// dig lists the texts and numbers at a path.
func dig(v any, steps []string) []string {
	if len(steps) == 0 {
		switch v := v.(type) {
		case string:
			return []string{v}
		case float64:
			return []string{strconv.FormatFloat(v, 'f', -1, 64)}
		}
		return nil
	}
	var found []string
	switch v := v.(type) {
	case map[string]any:
		if steps[0] != "*" {
			return dig(v[steps[0]], steps[1:])
		}
	case []any:
		for i, one := range v {
			if steps[0] == "*" || steps[0] == strconv.Itoa(i) {
				found = append(found, dig(one, steps[1:])...)
			}
		}
	}
	return found
}

// unwritten is where nobody writes: a call of a batch answers by its result.
type unwritten struct{}

func (unwritten) Header() http.Header         { return http.Header{} }
func (unwritten) Write(b []byte) (int, error) { return len(b), nil }
func (unwritten) WriteHeader(int)             {}
