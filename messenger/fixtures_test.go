package messenger

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// cast names the parties of the recorded webhooks, so that the table below reads as who wrote to whom.
var cast = strings.NewReplacer(
	"109872000000101", "A", "109872000000202", "B", "109872000000999", "unserved",
	"7412000000000101", "Maya", "7412000000000102", "Haruka", "7412000000000103", "Leila", "7412000000000104", "Tomás",
	"7412000000000201", "Priya", "7412000000000901", "guest", "6150000000000", "ref",
)

// summary is an event in one line: channel unless messaging, kind (key if unknown), sender > recipient, mid, origin.
func summary(ev Event) string {
	kind := string(ev.Kind)
	if ev.Kind == KindUnknown {
		kind += "(" + ev.Key + ")"
	}
	parts := []string{kind, cast.Replace(ev.Sender.ID+ev.Sender.UserRef) + ">" + cast.Replace(ev.Recipient.ID)}
	if ev.Channel != ChannelMessaging {
		parts = append([]string{string(ev.Channel)}, parts...)
	}
	referral := ev.Referral
	mid := ""
	switch {
	case ev.Message != nil:
		mid, referral = ev.Message.MID, ev.Message.Referral
	case ev.Postback != nil:
		mid, referral = ev.Postback.MID, ev.Postback.Referral
	}
	if mid != "" {
		parts = append(parts, mid[:min(10, len(mid))])
	}
	if referral != nil {
		parts = append(parts, "source="+referral.Source, "ref="+referral.Ref)
	}
	return strings.Join(parts, " ")
}

var wantEvents = map[string][]string{
	"account-linking":                        {"account_linking Maya>A", "account_linking Maya>A"},
	"batch-3-entries-2-pages":                {"message Maya>A m_rx17UfNl", "message Priya>B m_aBBt5eCQ", "read Maya>A"},
	"batch-messaging-and-standby":            {"message Maya>A m_fw2iAGhU", "standby message Tomás>A m_-dGBzfVU"},
	"batch-two-events-one-entry":             {"message Maya>A m_sGDRitd6", "message Tomás>A m_LXuEeP6s"},
	"cart-order":                             {"order Tomás>A"},
	"changes-dashboard-test":                 {"changes message 12334>23245 test_messa"},
	"changes-inbox-label":                    {"changes inbox_labels Maya>"},
	"coupon-revealed":                        {"template Maya>A"},
	"customer-information-form":              {"messaging_customer_information Tomás>A"},
	"delivery-watermark-only":                {"delivery Maya>A"},
	"delivery-with-mids":                     {"delivery Maya>A"},
	"duplicate-of-message-text":              {"message Maya>A m_6F90Q2Kf"},
	"echo-app-id-absent-or-string":           {"echo A>Maya m_Otinksqm", "echo A>Maya m_oyb28CUr"},
	"echo-from-other-app":                    {"echo A>Maya m_NUnfFaJo"},
	"echo-from-page-inbox":                   {"echo A>Maya m_4R0Kqsom"},
	"echo-image":                             {"echo A>Maya m_EhKSNVtC"},
	"echo-in-standby":                        {"standby echo A>Maya m_CVDyfRCc"},
	"echo-own-app":                           {"echo A>Maya m_i8AU6WSn"},
	"echo-template-button":                   {"echo A>Maya m_FJSCjwBX"},
	"echo-template-media-numeric-attachment": {"echo A>Maya m_Pz36LQub"},
	"edit-first":                             {"message_edit Maya>A"},
	"edit-string-count-unknown-mid":          {"message_edit Maya>A"},
	"entry-empty":                            {},
	"event-with-no-kind":                     {"unknown() Maya>A"},
	"feedback-csat-no-entry-id":              {"messaging_feedback Maya>A"},
	"handover-app-roles":                     {"app_roles >A"},
	"handover-pass-from-idle":                {"pass_thread_control Maya>A"},
	"handover-pass-thread-control":           {"pass_thread_control Maya>A"},
	"handover-request-thread-control":        {"request_thread_control Maya>A"},
	"handover-take-thread-control":           {"take_thread_control Maya>A"},
	"message-appointment-booking":            {"message Haruka>A m_f46lk4R2"},
	"message-attachment-unknown-type":        {"message Maya>A m_L59C_Rei"},
	"message-audio":                          {"message Leila>A m_IxmPsXZW"},
	"message-commands":                       {"message Maya>A m_580FbggV"},
	"message-deleted":                        {"message Maya>A m_c5Z4XqFZ"},
	"message-fallback-empty":                 {"message Maya>A m_-5YZX_BV"},
	"message-fallback-legacy":                {"message Maya>A m_d5IwjSsd"},
	"message-fallback-link":                  {"message Maya>A m_hXpVnZdL"},
	"message-file":                           {"message Tomás>A m_W9ZzirEx"},
	"message-ids-as-numbers":                 {"message Maya>A mid.$cAAVM"},
	"message-ig-reel-relative-url":           {"message Maya>A m_E7uizSDh"},
	"message-image":                          {"message Maya>A m_sleMalge"},
	"message-image-plugin-tag":               {"message guest>A m_k4AQGObn"},
	"message-images-album":                   {"message Maya>A m_5kk7pjO4"},
	"message-lead-summary-seconds":           {"message Tomás>A m_BiUMJDI0"},
	"message-location-legacy":                {"message Tomás>A m_aswV8yi8"},
	"message-nlp":                            {"message Maya>A m_MYBkxt2K"},
	"message-post-share":                     {"message Maya>A m_SD2oGKfd"},
	"message-prior-message-checkbox":         {"message Maya>A m_imcgHilH"},
	"message-prior-message-plugin":           {"message Maya>A m_0Gth_WYP"},
	"message-quick-reply":                    {"message Maya>A m_snx5OtDH"},
	"message-quick-reply-user-email":         {"message Maya>A m_E-Vpj3rQ"},
	"message-reel":                           {"message Maya>A m_lz1M0Yus"},
	"message-referral-ad":                    {"message Tomás>A m_etL57LO9 source=ADS ref=autumn-list"},
	"message-referral-shop-product":          {"message Tomás>A m_Et-Wp8Vu source= ref="},
	"message-reply-to":                       {"message Maya>A m_PTb0XyBl"},
	"message-sticker":                        {"message Maya>A m_Hi9-UvO8"},
	"message-sticker-legacy-image":           {"message Maya>A m_ALg-gMBX"},
	"message-sticker-transition":             {"message Maya>A m_607zIDMs"},
	"message-template-product-share":         {"message Tomás>A m_bVxD3wPf"},
	"message-text":                           {"message Maya>A m_6F90Q2Kf"},
	"message-text-and-image":                 {"message Maya>A m_lDxYN05W"},
	"message-text-arabic":                    {"message Leila>A m_ss81_I9C"},
	"message-text-cjk":                       {"message Haruka>A m_NiYZ-7Iz"},
	"message-text-emoji":                     {"message Tomás>A m_C0GAGm0_"},
	"message-text-long-multiline":            {"message Tomás>A m_PF0GEbjC"},
	"message-text-plugin-tag":                {"message Maya>A m_c6mbPnev"},
	"message-text-terminal-hostile":          {"message Tomás>A m_Zqejk9r7"},
	"message-text-unknown-fields":            {"message Maya>A m_zBrEh7Xf"},
	"message-unsupported":                    {"message Maya>A m_5d3RpYrv"},
	"message-video":                          {"message Tomás>A m_62XW9F5r"},
	"object-instagram":                       {"message 9900000000000001>17841400000000001 m_BjatSl9N"},
	"optin-checkbox-user-ref":                {"optin >A"},
	"optin-notification-messages":            {"optin Maya>A"},
	"optin-send-to-messenger":                {"optin Maya>A"},
	"out-of-order-older-message":             {"message Maya>A m_vY97SUVu"},
	"page-not-served":                        {"message 7412000000000777>unserved m_uTOt4n2r"},
	"policy-enforcement-block":               {"policy_enforcement >A"},
	"policy-enforcement-legacy-key":          {"policy_enforcement >A"},
	"postback-button":                        {"postback Maya>A m_EpRIlQ50"},
	"postback-get-started-ad":                {"postback Tomás>A m_ZmrvkwZl source=ADS ref=autumn-list"},
	"postback-get-started-mme-ref":           {"postback Tomás>A m_K8NinnhL source=SHORTLINK ref=shop-window"},
	"postback-get-started-plugin-2018":       {"postback Maya>A source=CUSTOMER_CHAT_PLUGIN ref=home"},
	"postback-get-started-plugin-guest":      {"postback guest>A m_wLOVLAGe source=CUSTOMER_CHAT_PLUGIN ref=faq"},
	"postback-get-started-plugin-null-ref":   {"postback ref502>A source=CUSTOMER_CHAT_PLUGIN ref="},
	"postback-get-started-plugin-ref":        {"postback ref501>A m_I1SAZJim source=CUSTOMER_CHAT_PLUGIN ref=checkout-page_v2"},
	"postback-ice-breaker":                   {"postback Haruka>A m_FR-nbK1n"},
	"postback-in-changes-string-timestamp":   {"changes postback ref501>A m_Qa0fw4LH source=SHORT-URL ref=docs"},
	"postback-persistent-menu-no-mid":        {"postback Maya>A"},
	"postback-standby-no-payload":            {"standby postback Maya>A m_TXBhCy2X"},
	"reaction-love":                          {"reaction Maya>A"},
	"reaction-other-emoji":                   {"reaction Leila>A"},
	"reaction-unreact":                       {"reaction Maya>A"},
	"read-watermark":                         {"read Maya>A"},
	"referral-ad":                            {"referral Tomás>A source=ADS ref=autumn-list"},
	"referral-discover-tab-no-ref":           {"referral Tomás>A source=DISCOVER_TAB ref="},
	"referral-lead-complete-seconds":         {"referral Tomás>A source=ADS ref="},
	"referral-messenger-code":                {"referral Tomás>A source=MESSENGER_CODE ref=till-1"},
	"referral-plugin-existing-thread":        {"referral ref501>A source=CUSTOMER_CHAT_PLUGIN ref=product-salt-ledger"},
	"referral-plugin-existing-thread-psid":   {"referral Maya>A source=CUSTOMER_CHAT_PLUGIN ref=product-salt-ledger"},
	"referral-plugin-guest":                  {"referral guest>A source=CUSTOMER_CHAT_PLUGIN ref=faq"},
	"referral-plugin-id-and-user-ref":        {"referral Mayaref501>A source=CUSTOMER_CHAT_PLUGIN ref=basket"},
	"referral-shortlink":                     {"referral Maya>A source=SHORTLINK ref=newsletter-nov"},
	"response-feedback":                      {"response_feedback Maya>A"},
	"standby-message":                        {"standby message Maya>A m_3ej-eRqw"},
	"unknown-event-kind":                     {"unknown(hologram_call) Maya>A"},
	"wire-batch":                             {"message Maya>A m_GJf3XayD", "message Priya>B m_LdIgkAvp"},
	"wire-message-escaped-unicode":           {"message Leila>A m_KiZ_thfb"},
	"wire-postback-plugin":                   {"postback ref501>A m_qrOhpv8u source=CUSTOMER_CHAT_PLUGIN ref=wire"},
}

func TestParseEnvelopeRecorded(t *testing.T) {
	t.Parallel()
	got := map[string][]string{}
	for name, body := range recorded(t) {
		env, err := ParseEnvelope(body)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		got[name] = []string{}
		for _, e := range env.Entries {
			for _, ev := range e.Events {
				got[name] = append(got[name], summary(ev))
			}
		}
	}
	if diff := cmp.Diff(wantEvents, got); diff != "" {
		t.Errorf("recorded webhooks (-want +got):\n%s", diff)
	}
}

// recorded is every recorded webhook body by its file name without the ending.
func recorded(t testing.TB) map[string][]byte {
	t.Helper()
	files, err := filepath.Glob("testdata/webhooks/*.json")
	if err != nil || len(files) < 100 {
		t.Fatalf("recorded webhooks: %d files, %v", len(files), err)
	}
	all := map[string][]byte{}
	for _, file := range files {
		body, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		all[strings.TrimSuffix(filepath.Base(file), ".json")] = body
	}
	return all
}
