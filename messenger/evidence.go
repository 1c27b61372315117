package messenger

import (
	"regexp"
	"strings"
)

// maxEvidence is how much of an answer is kept for people to look at.
const maxEvidence = 4 << 10

// secretFields are the values that the platform writes beside a name and that nobody may see, whoever's they are.
var secretFields = regexp.MustCompile(`(?i)((?:access_token|appsecret_proof|input_token)(?:=|%3D|\\?"\s*:\s*\\?"))[^&"'\\\s<>]+`)

// evidence is an answer as people may see it: without secrets, its first 4 KB. Secrets go first, else half of one could
// stand at the cut.
func (c *Client) evidence(answer []byte) string {
	text := secretFields.ReplaceAllString(c.hidden.Replace(string(answer)), "${1}[token]")
	return strings.ToValidUTF8(text[:min(len(text), maxEvidence)], "")
}

func (c *Client) unclearAnswer(status int, answer []byte) error {
	return &UnclearError{HTTPStatus: status, Body: c.evidence(answer)}
}
