package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path"
	"strings"
	"time"

	"github.com/go-json-experiment/json"

	"frontdesk/messenger"
)

const (
	shopPage   = "109872000000101"
	shopSecret = "app-secret"
)

// Those who write to the shop's Page. What the platform answers to a reply goes by whom it is for.
const (
	goodCustomer = "7412000000000101"
	goneCustomer = "7412000000000102" // cannot be reached
	lostCustomer = "7412000000000103" // the connection breaks once the request is there
	slowCustomer = "7412000000000104" // the platform is not well
)

var customers = map[string]string{
	goodCustomer: "Mara Voss", goneCustomer: "Ida Brandt", lostCustomer: "Jonas Lind", slowCustomer: "Noor Haddad",
}

// shop is a Page with a Graph API that is not always well, for pictures of what the demo never shows.
type shop struct {
	graph   *httptest.Server
	program string
	environ []string
	webhook string
}

// openShop starts the platform and says how frontdesk is to be set up for it.
func openShop(program, home string) (*shop, error) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	address := ln.Addr().String()
	if err := ln.Close(); err != nil {
		return nil, err
	}
	s := &shop{program: program, webhook: "http://" + address + "/webhook"}
	s.graph = httptest.NewServer(s)
	s.environ = []string{
		"XDG_DATA_HOME=" + home, "FRONTDESK_DATA=" + home + "/data", "FRONTDESK_AGENT=ana", "FRONTDESK_LISTEN=" + address,
		"FRONTDESK_PAGE_ID=" + shopPage, "FRONTDESK_PAGE_TOKEN=page-token", "FRONTDESK_APP_SECRET=" + shopSecret,
		"FRONTDESK_GRAPH_URL=" + s.graph.URL,
	}
	return s, nil
}

func (s *shop) close() {
	s.graph.CloseClientConnections()
	s.graph.Close()
}

// ServeHTTP is the Graph API.
func (s *shop) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodGet {
		id := path.Base(r.URL.Path)
		name := customers[id]
		if id == shopPage {
			name = "Lumen Bikes"
		}
		fmt.Fprintf(w, `{"id":%q,"name":%q}`, id, name)
		return
	}
	var req messenger.SendRequest
	body, err := io.ReadAll(r.Body)
	if err := errors.Join(err, json.Unmarshal(body, &req)); err != nil || req.Message == nil {
		fmt.Fprint(w, `{}`)
		return
	}
	switch req.Recipient.ID {
	case goneCustomer:
		w.WriteHeader(http.StatusBadRequest)
		_, _ = w.Write(messenger.ErrorBody(551, 1545041, "This person isn't available right now."))
	case lostCustomer:
		if conn, _, err := w.(http.Hijacker).Hijack(); err == nil {
			conn.Close()
		}
	case slowCustomer:
		w.WriteHeader(http.StatusInternalServerError)
		_, _ = w.Write(messenger.ErrorBody(2, 0, "Service temporarily unavailable"))
	default:
		fmt.Fprintf(w, `{"recipient_id":%q,"message_id":"m_answer"}`, req.Recipient.ID)
	}
}

// tell posts an event of a customer; its own fields are given.
func (s *shop) tell(customer, fields string) step {
	return func(*terminal) error {
		now := time.Now().UnixMilli()
		body := fmt.Appendf(nil, `{"object":"page","entry":[{"id":%q,"time":%d,"messaging":[{"sender":{"id":%q},"recipient":{"id":%q},"timestamp":%d,%s}]}]}`,
			shopPage, now, customer, shopPage, now, strings.ReplaceAll(fields, "NOW", fmt.Sprint(now)))
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.webhook, bytes.NewReader(body))
		if err != nil {
			return err
		}
		req.Header.Set(messenger.SignatureHeader, messenger.Sign([]byte(shopSecret), body))
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			return err
		}
		defer res.Body.Close()
		if res.StatusCode != http.StatusOK {
			return fmt.Errorf("the webhook answered %s", res.Status)
		}
		return nil
	}
}

// says is tell of a text.
func (s *shop) says(customer, text string) step {
	return s.tell(customer, fmt.Sprintf(`"message":{"mid":"m_%s","text":%q,"tags":[{"source":"customer_chat_plugin"}]}`, customer, text))
}

// replies replies to a customer by command, beside the screen.
func (s *shop) replies(customer string, args ...string) step {
	return func(*terminal) error {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		cmd := exec.CommandContext(ctx, s.program, append([]string{"reply", shopPage + ":" + customer}, args...)...)
		cmd.Env = append(os.Environ(), s.environ...)
		if out, err := cmd.CombinedOutput(); err != nil {
			return fmt.Errorf("reply to %s: %w\n%s", customer, err, out)
		}
		return nil
	}
}
