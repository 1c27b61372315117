package main

import (
	"bytes"
	"encoding/json"
	"image"
	"image/color"
	"image/png"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"
)

// graph makes a call to the plugin's platform as the page, with JSON or with what has a content type of its own, and
// returns the answer.
func (h *house) graph(t *testing.T, method, path, contentType, body string) map[string]any {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, h.base+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", contentType)
	req.Header.Set("Authorization", "Bearer "+h.site.token)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	var answer map[string]any
	if err := json.NewDecoder(res.Body).Decode(&answer); err != nil || res.StatusCode != http.StatusOK {
		t.Fatalf("%s %s answered %s, %v, %v: %s", method, path, res.Status, answer, err, body)
	}
	return answer
}

// sends sends a message to a contact, given as the JSON of its message and of what stands beside it, and returns its id.
func (h *house) sends(t *testing.T, contact, message string) string {
	t.Helper()
	answer := h.graph(t, http.MethodPost, "/me/messages", "application/json", `{"recipient":{"id":"`+contact+`"},"messaging_type":"RESPONSE","message":`+message+`}`)
	mid, _ := answer["message_id"].(string)
	return mid
}

// sendsFile sends a file to a contact.
func (h *house) sendsFile(t *testing.T, contact, kind, name, contentType string, content []byte) {
	t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	for field, value := range map[string]string{
		"recipient": `{"id":"` + contact + `"}`, "message": `{"attachment":{"type":"` + kind + `","payload":{}}}`,
	} {
		if err := form.WriteField(field, value); err != nil {
			t.Fatal(err)
		}
	}
	part, err := form.CreatePart(map[string][]string{
		"Content-Disposition": {`form-data; name="filedata"; filename="` + name + `"`}, "Content-Type": {contentType},
	})
	if err == nil {
		_, err = part.Write(content)
	}
	if err == nil {
		err = form.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	h.graph(t, http.MethodPost, "/me/messages", form.FormDataContentType(), body.String())
}

// talks are the page's conversations, as far as these tests look at them.
type talks struct {
	Data []struct {
		Participants struct{ Data []struct{ ID string } }
		Messages     struct{ Data []struct{ ID string } }
	}
}

func (h *house) talks(t *testing.T) (list talks) {
	t.Helper()
	text, err := json.Marshal(h.graph(t, http.MethodGet, "/me/conversations?fields=participants,messages", "application/json", ""))
	if err == nil {
		err = json.Unmarshal(text, &list)
	}
	if err != nil || len(list.Data) != 1 {
		t.Fatalf("there is not one conversation: %s, %v", text, err)
	}
	return list
}

// onlyContact is the id of the only visitor.
func (h *house) onlyContact(t *testing.T) string {
	t.Helper()
	for _, p := range h.talks(t).Data[0].Participants.Data {
		if p.ID != h.site.id {
			return p.ID
		}
	}
	t.Fatal("nobody has written")
	return ""
}

// latest is the id of what was said last in the only conversation.
func (h *house) latest(t *testing.T) string {
	t.Helper()
	return h.talks(t).Data[0].Messages.Data[0].ID
}

// drawing is a picture.
func drawing(t *testing.T) []byte {
	t.Helper()
	picture := image.NewRGBA(image.Rect(0, 0, 320, 200))
	for y := range 200 {
		for x := range 320 {
			picture.Set(x, y, color.RGBA{uint8(x / 2), uint8(y), 120, 255})
		}
	}
	var out bytes.Buffer
	if err := png.Encode(&out, picture); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// tone is a tenth of a second of silence, as a WAVE file.
func tone() []byte {
	const head = "RIFF\x44\x03\x00\x00WAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00\x40\x1f\x00\x00\x40\x1f\x00\x00\x01\x00\x08\x00data\x20\x03\x00\x00"
	return append([]byte(head), bytes.Repeat([]byte{0x80}, 800)...)
}
