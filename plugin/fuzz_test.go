package plugin_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"frontdesk/plugin"
)

// FuzzBodies sends any body to both sides of the platform: it must always answer in its own form, and never blame
// itself.
func FuzzBodies(f *testing.F) {
	srv, err := plugin.Open(plugin.Options{Path: filepath.Join(f.TempDir(), "plugin.db"), Pages: []plugin.Page{site()}})
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() {
		if err := srv.Close(f.Context()); err != nil && f.Context().Err() == nil {
			f.Error(err)
		}
	})
	c, token, err := srv.NewVisitor(f.Context(), siteID, plugin.Profile{})
	if err != nil {
		f.Fatal(err)
	}
	f.Add("application/json", `{"recipient":{"id":"`+c.ID+`"},"message":{"text":"x"}}`)
	f.Add("application/json", `{"recipient":{"id":`+c.ID+`},"message":{"attachment":{"type":"template","payload":{"template_type":"button"}}}}`)
	f.Add("application/json", `{"recipient":7,"message":[],"sender_action":{}}`)
	f.Add("application/json", `{"text":"x"}`)
	f.Add("application/json", `{"quick_reply":{"mid":"m_","index":-1}}`)
	f.Add("application/json", `{"page_id":"`+siteID+`","ref":"\u0000","name":null}`)
	f.Add("application/x-www-form-urlencoded", "recipient=%7B%22id%22%3A1%7D&message=x")
	f.Add("multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data; name=\"recipient\"\r\n\r\n{}\r\n--x--\r\n")
	f.Add("multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data; name=\"filedata\"; filename=\"a.png\"\r\n\r\nGIF89a\r\n--x--\r\n")
	f.Add("multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data; name=\"recipient\"\r\n\r\n{\"id\":"+c.ID+"}\r\n--x\r\n"+
		"Content-Disposition: form-data; name=\"message\"\r\n\r\n{\"attachment\":{\"type\":\"file\",\"payload\":{}}}\r\n--x\r\n"+
		"Content-Disposition: form-data; name=\"filedata\"; filename=\"a\"\r\n\r\nhello\r\n--x--\r\n")
	f.Add("application/json", `{"recipient":{"id":`+c.ID+`},"target_app_id":"1","metadata":{}}`)
	f.Add("application/json", `{"recipient":{"id":`+c.ID+`},"sender_action":"react","payload":{"message_id":"m_","reaction":7}}`)
	f.Add("application/json", `{"text":"x","key":"a","page_url":"https://lumen.example/","title":"\ud800","referrer":"http://%zz","index":0}`)
	f.Add("multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data; name=\"key\"\r\n\r\na b\r\n--x\r\n"+
		"Content-Disposition: form-data; name=\"filedata\"; filename=\"a\"\r\n\r\nhello\r\n--x--\r\n")
	f.Add("", "\xff{")
	f.Fuzz(func(t *testing.T, kind, body string) {
		for path, key := range map[string]string{
			"/v25.0/me/messages": siteToken, "/v25.0/me/message_attachments": siteToken, "/v25.0/me/take_thread_control": siteToken,
			"/v25.0/me/pass_thread_control": siteToken, "/v25.0/me/release_thread_control": siteToken, "/plugin/messages": token, "/plugin/seen": token, "/plugin/visitors": token,
			"/plugin/page": token, "/plugin/typing": token, "/plugin/menu": token, "/plugin/ice_breakers": token,
		} {
			req := httptest.NewRequest(http.MethodPost, path, strings.NewReader(body))
			req.Header.Set("Content-Type", kind)
			req.Header.Set("Authorization", "Bearer "+key)
			w := httptest.NewRecorder()
			srv.ServeHTTP(w, req)
			var answer map[string]json.RawMessage
			if err := json.Unmarshal(w.Body.Bytes(), &answer); err != nil {
				t.Fatalf("%s answered %d with %q", path, w.Code, w.Body)
			}
			if _, refused := answer["error"]; w.Code >= 500 || refused != (w.Code != http.StatusOK) {
				t.Errorf("%s answered %d with %s", path, w.Code, w.Body)
			}
		}
	})
}
