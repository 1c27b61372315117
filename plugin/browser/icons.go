package browser

// icons are the button's, by the name of the setting (ref. 7.4), as lines within 24 by 24.
var icons = map[string]string{
	"MESSENGER_ICON": "M12 3C7 3 3 6.6 3 11.2c0 2.6 1.2 4.9 3.2 6.4V21l3-1.7c.9.2 1.8.4 2.8.4 5 0 9-3.7 9-8.3S17 3 12 3Z" +
		"M8 10a1.2 1.2 0 1 0 0 2.4A1.2 1.2 0 0 0 8 10Zm4 0a1.2 1.2 0 1 0 0 2.4 1.2 1.2 0 0 0 0-2.4Zm4 0a1.2 1.2 0 1 0 0 2.4 1.2 1.2 0 0 0 0-2.4Z",
	"CHAT_ROUND_ICON":   "M12 3.5c-5 0-9 3.4-9 7.8 0 2.4 1.2 4.5 3.1 6L5.5 21l4-2c.8.1 1.6.2 2.5.2 5 0 9-3.5 9-7.9s-4-7.8-9-7.8Z",
	"CHAT_ANGULAR_ICON": "M3 4h18v13H10.5L6 21v-4H3V4Zm4 4v1.6h10V8H7Zm0 3.4V13h6.5v-1.6H7Z",
}

// iconOf is the icon of a look. A button with a label may have none; one without would else be empty.
func iconOf(l Look) string {
	if icon, ok := icons[l.Icon]; ok || l.Label != "" && l.Label != "NONE" {
		return icon
	}
	return icons["CHAT_ROUND_ICON"]
}
