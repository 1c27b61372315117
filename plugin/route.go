package plugin

import (
	"context"
	"net/http"
	"regexp"
	"strings"
)

// The edges of the Graph's objects.
const (
	edgeMessages    = "messages"
	edgeAttachments = "message_attachments"
	edgeTake        = "take_thread_control"
	edgePass        = "pass_thread_control"
	edgeRelease     = "release_thread_control"
	edgeProfile     = "messenger_profile"
	edgeThreads     = "conversations"
	edgeRequest     = "request_thread_control"
	edgeExtend      = "extend_thread_control"
	edgeOwner       = "thread_owner"
	edgeReceivers   = "secondary_receivers"
	edgeInstalls    = "subscribed_apps"
	edgeCallbacks   = "subscriptions"
	edgeModerate    = "moderate_conversations"
	edgeLook        = "chat_plugin"
)

// graphHandler answers a call.
type graphHandler func(context.Context, *call) (any, error)

var versionPart = regexp.MustCompile(`^v[0-9]+(\.[0-9]+)?$`)

// graphPath takes a path apart: any version may stand before the object, or none.
func graphPath(path string) (node, edge, version string) {
	parts := strings.Split(strings.Trim(path, "/"), "/")
	if versionPart.MatchString(parts[0]) {
		version, parts = "/"+parts[0], parts[1:]
	}
	if len(parts) == 0 {
		return "", "", version
	}
	return parts[0], strings.Join(parts[1:], "/"), version
}

// route is what answers each method of an edge of an object; nil if there is no such path.
func (s *Server) route(node, edge string) map[string]graphHandler {
	switch {
	case node == "" && edge == "":
		return map[string]graphHandler{http.MethodPost: s.graphBatch}
	case node == "debug_token" && edge == "":
		return map[string]graphHandler{http.MethodGet: s.graphDebugToken}
	case strings.HasPrefix(node, threadPrefix):
		return s.threadRoute(edge)
	case strings.HasPrefix(node, "m_") && edge == "":
		return map[string]graphHandler{http.MethodGet: withPage(s.graphMessage)}
	case isNode(node):
		return s.pageRoute(edge)
	}
	return nil
}

func (s *Server) threadRoute(edge string) map[string]graphHandler {
	switch edge {
	case "":
		return map[string]graphHandler{http.MethodGet: withPage(s.graphThread)}
	case edgeMessages:
		return map[string]graphHandler{http.MethodGet: withPage(s.graphThreadMessages)}
	}
	return nil
}

// pageRoute are the edges of a page; an edge without a name is an object itself.
func (s *Server) pageRoute(edge string) map[string]graphHandler {
	switch edge {
	case "":
		return map[string]graphHandler{http.MethodGet: s.graphNode}
	case edgeMessages:
		return map[string]graphHandler{http.MethodPost: ofPage(s.graphSend)}
	case edgeAttachments:
		return map[string]graphHandler{http.MethodPost: ofPage(s.graphAttach)}
	case edgeTake, edgePass, edgeRelease, edgeRequest, edgeExtend:
		return map[string]graphHandler{http.MethodPost: ofPage(s.graphControl)}
	case edgeModerate:
		return map[string]graphHandler{http.MethodPost: ofPage(s.graphModerate)}
	case edgeOwner:
		return map[string]graphHandler{http.MethodGet: ofPage(s.graphOwner)}
	case edgeReceivers:
		return map[string]graphHandler{http.MethodGet: ofPage(s.graphReceivers)}
	case edgeInstalls:
		return map[string]graphHandler{
			http.MethodGet:    ofPage(s.graphInstalls),
			http.MethodPost:   ofPage(s.graphInstall),
			http.MethodDelete: ofPage(s.graphUninstall),
		}
	case edgeCallbacks:
		return map[string]graphHandler{
			http.MethodGet:    ofApp(s.graphCallbacks),
			http.MethodPost:   ofApp(s.graphSubscribe),
			http.MethodDelete: ofApp(s.graphUnsubscribe),
		}
	case edgeLook:
		return map[string]graphHandler{
			http.MethodGet:    ofSite(s.graphLook),
			http.MethodPost:   ofSite(s.graphSetLook),
			http.MethodDelete: ofSite(s.graphDropLook),
		}
	case edgeThreads:
		return map[string]graphHandler{http.MethodGet: ofPage(s.graphThreads)}
	case edgeProfile:
		return map[string]graphHandler{
			http.MethodGet:    ofPage(s.graphProfile),
			http.MethodPost:   ofPage(s.graphSetProfile),
			http.MethodDelete: ofPage(s.graphDropProfile),
		}
	}
	return nil
}

// isNode reports whether a part of a path can name an object.
func isNode(part string) bool { return part == "me" || isDigits(part) }

// ofPage guards an edge that only pages have, and only the one whose token the call carries.
func ofPage(answer graphHandler) graphHandler {
	return func(ctx context.Context, c *call) (any, error) {
		if c.page == nil {
			return nil, errNeedsPage
		}
		if c.node != "me" && c.node != c.page.ID {
			return nil, errUnsupported(c.method, c.node)
		}
		return answer(ctx, c)
	}
}

// ofApp guards an edge that only apps have, and only the one whose own token the call carries.
func ofApp(answer graphHandler) graphHandler {
	return func(ctx context.Context, c *call) (any, error) {
		if c.page != nil {
			return nil, errNeedsApp
		}
		if c.node != "me" && c.node != c.app.id {
			return nil, errUnsupported(c.method, c.node)
		}
		return answer(ctx, c)
	}
}

// withPage guards what only the token of a page may read.
func withPage(answer graphHandler) graphHandler {
	return func(ctx context.Context, c *call) (any, error) {
		if c.page == nil {
			return nil, errNeedsPage
		}
		return answer(ctx, c)
	}
}

// methodOf is what a call does. Clients that can only POST say in the field `method` what they mean; what only looks can
// not be made to change something.
func methodOf(r *http.Request, p params) string {
	switch r.Method {
	case http.MethodHead:
		return http.MethodGet
	case http.MethodPost:
		switch meant := strings.ToUpper(p.text("method")); meant {
		case http.MethodGet, http.MethodDelete:
			return meant
		}
	}
	return r.Method
}
