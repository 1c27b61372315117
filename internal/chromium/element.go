package chromium

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/chromedp/cdproto/accessibility"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// Element is something in a document, looked for anew each time it is used.
type Element struct {
	frame Document
	what  string
	find  func(context.Context, *chromedp.Target) (runtime.RemoteObjectID, error)
}

// Element is what an expression gives, as in document.querySelector("#b").
func (f Document) Element(expression string) Element {
	return Element{frame: f, what: expression, find: func(ctx context.Context, t *chromedp.Target) (runtime.RemoteObjectID, error) {
		return f.object(ctx, t, expression)
	}}
}

// Role is the first element with a role, as a screen reader finds it: by its name, or else by a part of its name. Shadow
// trees are looked into, closed ones too, and what is hidden from screen readers is not found.
func (f Document) Role(role, name string) Element {
	find := func(ctx context.Context, t *chromedp.Target) (runtime.RemoteObjectID, error) {
		document, err := f.object(ctx, t, "document")
		if err != nil {
			return "", err
		}
		got, err := cdp.Call(ctx, t, accessibility.QueryAXTree, accessibility.QueryAXTreeParams{ObjectID: document, Role: role})
		if err != nil {
			return "", err
		}
		node, names := pick(got.Nodes, name)
		if node == nil {
			return "", fmt.Errorf("no %s %q among %q", role, name, names)
		}
		resolved, err := cdp.Call(ctx, t, dom.ResolveNode, dom.ResolveNodeParams{BackendNodeID: node.BackendDOMNodeID})
		if err != nil {
			return "", err
		}
		return resolved.Object.ObjectID, nil
	}
	return Element{frame: f, what: role + " " + name, find: find}
}

// pick is the first of the nodes with a name, or else with that name in theirs.
func pick(nodes []*accessibility.Node, name string) (found *accessibility.Node, names []string) {
	for _, exact := range []bool{true, false} {
		names = nil
		for _, node := range nodes {
			if node.Ignored || node.BackendDOMNodeID == 0 {
				continue
			}
			var its string
			if node.Name != nil {
				_ = json.Unmarshal(node.Name.Value, &its) // no name is an empty one
			}
			if its == name || !exact && strings.Contains(its, name) {
				return node, nil
			}
			names = append(names, its)
		}
	}
	return nil, names
}

// object evaluates an expression to an element.
func (f Document) object(ctx context.Context, t *chromedp.Target, expression string) (runtime.RemoteObjectID, error) {
	id, err := f.context(ctx, t)
	if err != nil {
		return "", err
	}
	got, err := evaluate(ctx, t, expression, id, false)
	switch {
	case err != nil:
		return "", err
	case got.ObjectID == "":
		return "", errors.New("there is no such element")
	}
	return got.ObjectID, nil
}

// Wait waits until the element is there and to be seen.
func (e Element) Wait() {
	e.frame.page.t.Helper()
	e.frame.page.until(e.what, func(ctx context.Context, t *chromedp.Target) error {
		id, err := e.find(ctx, t)
		if err == nil {
			_, err = middle(ctx, t, id)
		}
		return err
	})
}

// Gone waits until the element is not there, or not to be seen.
func (e Element) Gone() {
	e.frame.page.t.Helper()
	e.frame.page.until("the end of "+e.what, func(ctx context.Context, t *chromedp.Target) error {
		if e.seen(ctx, t) || ctx.Err() != nil {
			return errors.New("it is still there")
		}
		return nil
	})
}

func (e Element) seen(ctx context.Context, t *chromedp.Target) bool {
	id, err := e.find(ctx, t)
	if err == nil {
		_, err = middle(ctx, t, id)
	}
	return err == nil
}

// Ask calls a function with the element as its argument, as in "e => e.value", and puts what it returns into out, unless
// that is nil.
func (e Element) Ask(function string, out any) {
	e.frame.page.t.Helper()
	e.frame.page.until(function+" of "+e.what, func(ctx context.Context, t *chromedp.Target) error {
		id, err := e.find(ctx, t)
		if err != nil {
			return err
		}
		got, err := apply(ctx, t, id, function)
		if err != nil || out == nil {
			return err
		}
		return decode(got, out)
	})
}

// Has waits until a function of the element, as in "e => e.disabled", is true.
func (e Element) Has(what, function string) {
	e.frame.page.t.Helper()
	e.frame.page.until(what, func(ctx context.Context, t *chromedp.Target) error {
		id, err := e.find(ctx, t)
		if err != nil {
			return err
		}
		got, err := apply(ctx, t, id, "e => !!("+function+")(e)")
		ok := false
		if err == nil {
			err = decode(got, &ok)
		}
		if err == nil && !ok {
			err = errors.New("it is not so")
		}
		return err
	})
}

// Click clicks with the mouse on the element's middle, or taps on it where the device is a phone, once it stands still,
// can be pressed and nothing lies over it.
func (e Element) Click() {
	e.frame.page.t.Helper()
	var at, before point
	e.frame.page.until("a click on "+e.what, func(ctx context.Context, t *chromedp.Target) error {
		id, err := e.find(ctx, t)
		if err != nil {
			return err
		}
		if _, err = cdp.Call(ctx, t, dom.ScrollIntoViewIfNeeded, dom.ScrollIntoViewIfNeededParams{ObjectID: id}); err != nil {
			return err
		}
		before = at
		if at, err = middle(ctx, t, id); err != nil {
			return err
		}
		if at != before {
			return errors.New("it does not stand still")
		}
		_, err = apply(ctx, t, id, pressable)
		return err
	})
	press := chromedp.MouseClickXY(at.x, at.y)
	if e.frame.page.device.Phone {
		press = chromedp.TapXY(at.x, at.y)
	}
	e.frame.page.Do("click on "+e.what, press)
}

// pressable throws where a press on an element's middle would not be one on the element.
const pressable = `e => {
	if (e.disabled) throw new Error("it is disabled");
	const r = e.getClientRects()[0], root = e.getRootNode();
	const x = Math.min(Math.max(r.x + r.width / 2, 0), innerWidth - 1), y = Math.min(Math.max(r.y + r.height / 2, 0), innerHeight - 1);
	const over = root.elementFromPoint(x, y);
	if (!over || over !== e && !e.contains(over) && !over.contains(e) && !(over.shadowRoot || over.tagName === "IFRAME" && over === e))
		throw new Error("under " + (over ? over.outerHTML.slice(0, 80) : "nothing"));
}`

// Focus gives the element the focus, as a script does.
func (e Element) Focus() {
	e.frame.page.t.Helper()
	e.Ask("e => { e.focus(); return true; }", nil)
}

// Upload chooses files in a file input.
func (e Element) Upload(paths ...string) {
	e.frame.page.t.Helper()
	e.frame.page.until("files for "+e.what, func(ctx context.Context, t *chromedp.Target) error {
		id, err := e.find(ctx, t)
		if err == nil {
			_, err = cdp.Call(ctx, t, dom.SetFileInputFiles, dom.SetFileInputFilesParams{Files: paths, ObjectID: id})
		}
		return err
	})
}

type point struct{ x, y float64 }

// middle is where an element's middle is in the page's window, whichever frame it stands in.
func middle(ctx context.Context, t *chromedp.Target, id runtime.RemoteObjectID) (at point, err error) {
	got, err := cdp.Call(ctx, t, dom.GetContentQuads, dom.GetContentQuadsParams{ObjectID: id})
	if err != nil {
		return at, err
	}
	for _, quad := range got.Quads {
		if len(quad) < 8 || quad[0] == quad[4] || quad[1] == quad[5] {
			continue
		}
		return point{(quad[0] + quad[4]) / 2, (quad[1] + quad[5]) / 2}, nil
	}
	return at, errors.New("it is not to be seen")
}

// apply calls a function with an element.
func apply(ctx context.Context, t *chromedp.Target, id runtime.RemoteObjectID, function string) (*runtime.RemoteObject, error) {
	got, err := cdp.Call(ctx, t, runtime.CallFunctionOn, runtime.CallFunctionOnParams{
		FunctionDeclaration: "function() { return (" + function + ")(this); }", ObjectID: id,
		ReturnByValue: new(true), AwaitPromise: new(true), UserGesture: new(true),
	})
	if err == nil && got.ExceptionDetails != nil {
		err = &chromedp.ExceptionError{ExceptionDetails: got.ExceptionDetails}
	}
	return got.Result, err
}
