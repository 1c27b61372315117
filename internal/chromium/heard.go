package chromium

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// Answer is a request of the page or of a frame in it, with what was answered.
type Answer struct {
	Method, URL string
	Status      int64             // 0 until the answer begins
	Type        string            // the answer's, without parameters
	Header      map[string]string // the answer's, names in lower case
	Bytes       int64             // what came over the line, head and body; 0 until all is there
	Failed      string            // why there is no answer, as "net::ERR_CONNECTION_REFUSED"
}

// heard notes what the tab tells. It runs where the browser's messages are read, so it must not ask anything back.
func (p *Page) heard(event any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch e := event.(type) {
	case *runtime.EventConsoleAPICalled:
		var words []string
		for _, arg := range e.Args {
			words = append(words, spoken(arg))
		}
		p.console = append(p.console, string(e.Type)+": "+strings.Join(words, " "))
	case *runtime.EventExceptionThrown:
		p.console = append(p.console, "exception: "+(&chromedp.ExceptionError{ExceptionDetails: e.ExceptionDetails}).Error())
	case *log.EventEntryAdded:
		p.console = append(p.console, "log "+string(e.Entry.Level)+": "+e.Entry.Text)
	case *page.EventJavascriptDialogOpening:
		p.console = append(p.console, "dialog: "+e.Message)
		go p.dismiss()
	case *runtime.EventExecutionContextCreated:
		var aux struct {
			Default bool        `json:"isDefault"`
			Frame   cdp.FrameID `json:"frameId"`
		}
		if json.Unmarshal(e.Context.AuxData, &aux) == nil && aux.Default {
			p.contexts[aux.Frame] = e.Context.ID
		}
	default:
		p.heardRequest(event)
	}
}

func (p *Page) heardRequest(event any) {
	switch e := event.(type) {
	case *network.EventRequestWillBeSent:
		if _, again := p.answers[e.RequestID]; !again { // a redirect keeps its first address
			p.order = append(p.order, e.RequestID)
			p.answers[e.RequestID] = &Answer{Method: e.Request.Method, URL: e.Request.URL}
		}
	case *network.EventResponseReceived:
		if a := p.answers[e.RequestID]; a != nil {
			a.Status, a.Type, a.Header = e.Response.Status, e.Response.MimeType, map[string]string{}
			for name, value := range e.Response.Headers {
				text, _ := value.(string)
				a.Header[strings.ToLower(name)] = text
			}
		}
	case *network.EventLoadingFinished:
		if a := p.answers[e.RequestID]; a != nil {
			a.Bytes = int64(e.EncodedDataLength)
		}
	case *network.EventLoadingFailed:
		if a := p.answers[e.RequestID]; a != nil {
			a.Failed = e.ErrorText
		}
	}
}

// dismiss closes a dialogue, which would keep the page from everything else.
func (p *Page) dismiss() {
	_, _ = chromedp.Call(p.ctx, page.HandleJavaScriptDialog, page.HandleJavaScriptDialogParams{Accept: false}) // the tab may be gone
}

func spoken(arg *runtime.RemoteObject) string {
	var text string
	if json.Unmarshal(arg.Value, &text) == nil {
		return text
	}
	if len(arg.Value) > 0 {
		return string(arg.Value)
	}
	return arg.Description
}

// Answers are the requests made so far, frames' included, in their order.
func (p *Page) Answers() []Answer {
	p.mu.Lock()
	defer p.mu.Unlock()
	var all []Answer
	for _, id := range p.order {
		all = append(all, *p.answers[id])
	}
	return all
}

// Requests are the requests made so far, frames' included, as in "GET http://…".
func (p *Page) Requests() []string {
	var all []string
	for _, a := range p.Answers() {
		all = append(all, a.Method+" "+a.URL)
	}
	return slices.Clip(all)
}

// Offline cuts the page and its frames off the network, what is under way included, or lets them on again.
func (p *Page) Offline(off bool) {
	p.t.Helper()
	p.Do("change the network",
		call(network.EmulateNetworkConditionsByRule, network.EmulateNetworkConditionsByRuleParams{
			MatchedNetworkConditions: []*network.Conditions{{Offline: off, DownloadThroughput: -1, UploadThroughput: -1}},
		}),
		call(network.OverrideNetworkState, network.OverrideNetworkStateParams{Offline: off, DownloadThroughput: -1, UploadThroughput: -1}))
}
