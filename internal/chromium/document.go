package chromium

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// Document is a document in a page: the page's own, or that of an iframe. One that is not there yet is waited for.
type Document struct {
	page *Page
	part string // of its address; the page's own document has none
}

// Frame is the iframe whose address contains a part. It need not be there yet, and may come and go.
func (p *Page) Frame(part string) Document { return Document{page: p, part: part} }

// Eval evaluates an expression in the document and puts what comes out into out, unless that is nil. A promise is awaited.
func (f Document) Eval(expression string, out any) {
	f.page.t.Helper()
	var id runtime.ExecutionContextID
	f.page.until("the frame "+f.part, func(ctx context.Context, t *chromedp.Target) (err error) {
		id, err = f.context(ctx, t)
		return err
	})
	ctx, end := context.WithTimeout(f.page.ctx, patience)
	defer end()
	_, err := chromedp.Run(ctx, func(ctx context.Context, t *chromedp.Target) (chromedp.Void, error) {
		got, err := evaluate(ctx, t, expression, id, out != nil)
		if err == nil && out != nil {
			err = decode(got, out)
		}
		return chromedp.Void{}, err
	})
	if err != nil {
		f.page.fail("evaluate %s: %v", expression, err)
	}
}

// Wait waits until an expression is true in the document.
func (f Document) Wait(what, expression string) {
	f.page.t.Helper()
	f.page.until(what, func(ctx context.Context, t *chromedp.Target) error {
		id, err := f.context(ctx, t)
		if err != nil {
			return err
		}
		got, err := evaluate(ctx, t, "(async () => !!("+expression+"))()", id, true)
		if err != nil {
			return err
		}
		var ok bool
		if err := decode(got, &ok); err != nil || !ok {
			return errors.Join(err, errors.New("it is not so"))
		}
		return nil
	})
}

// context is where the document's scripts run. The page's own needs no name.
func (f Document) context(ctx context.Context, t *chromedp.Target) (runtime.ExecutionContextID, error) {
	if f.part == "" {
		return 0, nil
	}
	tree, err := cdp.Call(ctx, t, page.GetFrameTree, cdp.Empty{})
	if err != nil {
		return 0, err
	}
	var seen []string
	for todo := tree.FrameTree.ChildFrames; len(todo) > 0; todo = todo[1:] {
		at := todo[0]
		todo = append(todo, at.ChildFrames...)
		seen = append(seen, at.Frame.URL)
		if !strings.Contains(at.Frame.URL, f.part) {
			continue
		}
		f.page.mu.Lock()
		id, ok := f.page.contexts[at.Frame.ID]
		f.page.mu.Unlock()
		if ok {
			return id, nil
		}
	}
	return 0, fmt.Errorf("no frame %q among %q", f.part, seen)
}

// until tries something until it succeeds, and fails the test when it has not for as long as patience lasts.
func (p *Page) until(what string, try func(context.Context, *chromedp.Target) error) {
	p.t.Helper()
	ctx, end := context.WithTimeout(p.ctx, patience)
	defer end()
	pause := time.NewTicker(30 * time.Millisecond)
	defer pause.Stop()
	var last error
	for {
		_, err := chromedp.Run(ctx, func(ctx context.Context, t *chromedp.Target) (chromedp.Void, error) {
			return chromedp.Void{}, try(ctx, t)
		})
		if err == nil {
			return
		}
		if ctx.Err() == nil || last == nil {
			last = err
		}
		select {
		case <-pause.C:
		case <-ctx.Done():
			p.fail("waited in vain for: %s (%v)", what, last)
		}
	}
}

func evaluate(ctx context.Context, t *chromedp.Target, expression string, in runtime.ExecutionContextID, byValue bool) (*runtime.RemoteObject, error) {
	params := runtime.EvaluateParams{Expression: expression, AwaitPromise: new(true), UserGesture: new(true), ReturnByValue: &byValue}
	if in != 0 {
		params.ContextID = in
	}
	got, err := cdp.Call(ctx, t, runtime.Evaluate, params)
	if err == nil && got.ExceptionDetails != nil {
		err = &chromedp.ExceptionError{ExceptionDetails: got.ExceptionDetails}
	}
	return got.Result, err
}

func decode(got *runtime.RemoteObject, out any) error {
	if len(got.Value) == 0 {
		return fmt.Errorf("it gives %s, which is no value", got.Type)
	}
	return json.Unmarshal(got.Value, out)
}
