package messenger

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha1" //nolint:gosec // the platform's older header; accepted only where the operator asks for it
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"strings"
)

// The headers that carry a signature (ref. 1.4).
const (
	SignatureHeader     = "X-Hub-Signature-256"
	SignatureHeaderSHA1 = "X-Hub-Signature"
)

// ErrBadSignature says that no secret made the signature of a body. It never says what would have been right.
var ErrBadSignature = errors.New("signature missing or wrong")

// Sign is the value of SignatureHeader for body: over the bytes as they travel, keyed with the app secret.
func Sign(secret, body []byte) string {
	mac := hmac.New(sha256.New, secret)
	mac.Write(body)
	return "sha256=" + hex.EncodeToString(mac.Sum(nil))
}

// SignSHA1 is the value of SignatureHeaderSHA1 for body.
func SignSHA1(secret, body []byte) string {
	mac := hmac.New(sha1.New, secret)
	mac.Write(body)
	return "sha1=" + hex.EncodeToString(mac.Sum(nil))
}

// AppSecretProof is the `appsecret_proof` of calls made with token (ref. 3.1).
func AppSecretProof(token, secret string) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(token))
	return hex.EncodeToString(mac.Sum(nil))
}

// Secret is an app secret and the pages it speaks for. It prints as a placeholder.
type Secret struct {
	Value  []byte
	Only   []string // if any: these pages and no others
	Except []string // else: every page but these
}

// Speaks reports whether a body signed with this secret may hold events of page.
func (s Secret) Speaks(page string) bool {
	if len(s.Only) > 0 {
		return slices.Contains(s.Only, page)
	}
	return !slices.Contains(s.Except, page)
}

// Format prints a placeholder whatever the verb.
func (s Secret) Format(f fmt.State, _ rune) {
	_, _ = io.WriteString(f, hiddenSecret) // fmt keeps the error of its own writer
}

// LogValue logs a placeholder.
func (s Secret) LogValue() slog.Value { return slog.StringValue(hiddenSecret) }

const hiddenSecret = "[secret]"

// Verifier checks the signatures of webhook bodies against several secrets, so that one can be rotated.
type Verifier struct {
	// AcceptSHA1 also accepts the older header where the newer one is absent. Set it before the first Verify.
	AcceptSHA1 bool

	secrets []Secret
}

// NewVerifier checks against secrets. No secret, or an empty one, is an error: it would accept what anybody can sign.
func NewVerifier(secrets ...Secret) (*Verifier, error) {
	if len(secrets) == 0 {
		return nil, errors.New("verify signatures: no app secret given")
	}
	v := &Verifier{}
	for i, s := range secrets {
		if len(s.Value) == 0 {
			return nil, fmt.Errorf("verify signatures: app secret %d of %d is empty", i+1, len(secrets))
		}
		v.secrets = append(v.secrets, Secret{
			Value: bytes.Clone(s.Value), Only: slices.Clone(s.Only), Except: slices.Clone(s.Except),
		})
	}
	return v, nil
}

// Verify returns every secret that made the signature of body, or ErrBadSignature. It takes the same time whichever
// secret matches.
func (v *Verifier) Verify(body []byte, h http.Header) ([]Secret, error) {
	given, prefix, sign := h.Get(SignatureHeader), "sha256=", Sign
	if given == "" && v.AcceptSHA1 {
		given, prefix, sign = h.Get(SignatureHeaderSHA1), "sha1=", SignSHA1
	}
	digits, ok := strings.CutPrefix(given, prefix)
	if !ok {
		return nil, ErrBadSignature
	}
	digest, err := hex.DecodeString(digits)
	if err != nil {
		return nil, ErrBadSignature
	}
	given = prefix + hex.EncodeToString(digest)
	var matching []Secret
	for _, s := range v.secrets {
		if hmac.Equal([]byte(given), []byte(sign(s.Value, body))) {
			matching = append(matching, s)
		}
	}
	if len(matching) == 0 {
		return nil, ErrBadSignature
	}
	return matching, nil
}
